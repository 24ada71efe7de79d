package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mneme.SharedData;
import mneme.format.Gguf;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.junit.jupiter.api.Test;

/// The list of architectures and the goldens are the same list.
class ArchitecturesTest {
  @Test
  void everyGoldenHasAnArchitectureAndTheOtherWayRound() {
    Set<String> goldens = new TreeSet<>();
    for (Path folder : SharedData.folders("goldens")) {
      try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
        goldens.add(file.metadata().architecture());
      }
    }
    for (Path folder : SharedData.folders("goldens-hf")) {
      goldens.add(Golden.json(folder.resolve("config.json")).get("model_type").asText());
    }
    assertThat(Architectures.names()).containsExactlyElementsOf(goldens);
  }

  @Test
  void anUnknownArchitectureIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Architectures.graph(new Header("hal9000"), 128))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("'hal9000'")
        .hasMessageContaining("llama")
        .hasMessageContaining("rwkv7");
  }

  @Test
  void anUnknownRotaryScalingIsRefused() {
    Path folder = SharedData.path("goldens/llama");
    try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
      ModelFile odd = new With(file, "llama.rope.scaling.type", "wavelet");
      assertThatThrownBy(() -> Architectures.graph(odd, 128))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("'wavelet'");
    }
  }

  @Test
  void aTensorOfTheWrongShapeIsRefusedByName() {
    Path folder = SharedData.path("goldens/llama");
    try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
      ModelFile odd = new With(file, "llama.attention.head_count_kv", 1L);
      assertThatThrownBy(() -> Architectures.graph(odd, 128))
          .isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void aTensorThatNobodyKnowsIsRefusedByName() {
    Path folder = SharedData.path("goldens/llama-moe");
    try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
      ModelFile odd = new With(file, "llama.expert_count", 0L);
      assertThatThrownBy(() -> Architectures.graph(odd, 128))
          .isInstanceOf(ModelFormatException.class);
    }
    folder = SharedData.path("goldens/mamba");
    try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
      ModelFile odd = new With(file, "mamba.block_count", 2L);
      assertThatThrownBy(() -> Architectures.graph(odd, 128))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("blk.2.");
    }
  }

  @Test
  void everyGoldenFindsAUseForEachOfItsTensors() {
    for (Path folder : SharedData.folders("goldens")) {
      try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
        assertThat(Architectures.graph(file, 1024).vocabulary()).isPositive();
      }
    }
    for (Path folder : SharedData.folders("goldens-hf")) {
      try (ModelFile file = ModelFiles.open(folder)) {
        assertThat(Architectures.graph(file, 1024).vocabulary()).isPositive();
      }
    }
  }

  /// A file that has a header only.
  private record Header(String architecture) implements ModelFile {
    @Override
    public Metadata metadata() {
      return new Metadata(Map.of("general.architecture", architecture));
    }

    @Override
    public Optional<Tensor> find(String name) {
      return Optional.empty();
    }

    @Override
    public Collection<Tensor> tensors() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  /// A file with one key set otherwise.
  private record With(ModelFile file, String key, Object value) implements ModelFile {
    @Override
    public Metadata metadata() {
      var values = new HashMap<>(file.metadata().values());
      values.put(key, value);
      return new Metadata(values);
    }

    @Override
    public Optional<Tensor> find(String name) {
      return file.find(name);
    }

    @Override
    public Collection<Tensor> tensors() {
      return file.tensors();
    }

    @Override
    public void close() {}
  }
}
