package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A header that says something impossible is refused with a message, or makes no difference; it
/// never ends in another exception.
class HostileHeadersTest {
  private static final List<Object> VALUES =
      List.of(0L, -1L, 3L, 2_000_000_000L, Long.MAX_VALUE, "word", List.of(0L, 9L), -0.5);

  static Stream<Path> models() {
    return Stream.concat(
        SharedData.folders("goldens").stream()
            .filter(path -> {
              String name = path.getFileName().toString();
              return !name.startsWith("llama-") || name.equals("llama-moe");
            })
            .map(path -> path.resolve("model.gguf")),
        SharedData.folders("goldens-hf").stream());
  }

  @ParameterizedTest
  @MethodSource("models")
  void wrongKeysAreRefused(Path path) {
    try (ModelFile file = ModelFiles.open(path)) {
      String prefix = file.metadata().architecture() + ".";
      for (String key : file.metadata().values().keySet()) {
        if (key.startsWith(prefix) || key.startsWith("config.")) {
          for (Object value : VALUES) {
            Map<String, Object> keys = new HashMap<>(file.metadata().values());
            keys.put(key, value);
            build(new Changed(file, new Metadata(keys), Set.of(), Map.of()), key + " = " + value);
          }
          Map<String, Object> keys = new HashMap<>(file.metadata().values());
          keys.remove(key);
          build(new Changed(file, new Metadata(keys), Set.of(), Map.of()), "no " + key);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void missingAndMisshapenTensorsAreRefused(Path path) {
    try (ModelFile file = ModelFiles.open(path)) {
      for (Tensor tensor : file.tensors()) {
        String name = tensor.name();
        build(new Changed(file, file.metadata(), Set.of(name), Map.of()), "no " + name);
        for (List<Long> dims : shapes(tensor)) {
          Tensor odd = new Tensor(name, tensor.encoding(), dims, tensor.data());
          build(
              new Changed(file, file.metadata(), Set.of(), Map.of(name, odd)),
              name + " of " + dims);
        }
      }
    }
  }

  private static List<List<Long>> shapes(Tensor tensor) {
    return List.of(
        tensor.dims().reversed(), List.of(tensor.elements()), List.of(1L), List.of(0L), List.of());
  }

  private static void build(ModelFile file, String how) {
    try {
      assertThat(Architectures.graph(file, 1024).ops()).isNotEmpty();
    } catch (ModelFormatException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    } catch (RuntimeException e) {
      throw new AssertionError(file.metadata().architecture() + ", " + how, e);
    }
  }

  /// A file with other keys, without some tensors, with others in a different shape.
  private record Changed(
      ModelFile file, Metadata metadata, Set<String> missing, Map<String, Tensor> changed)
      implements ModelFile {
    @Override
    public Optional<Tensor> find(String name) {
      return missing.contains(name)
          ? Optional.empty()
          : Optional.ofNullable(changed.get(name)).or(() -> file.find(name));
    }

    @Override
    public Collection<Tensor> tensors() {
      return file.tensors();
    }

    @Override
    public void close() {}
  }
}
