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
import mneme.memory.MemoryNeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /// The figures are those of the goldens' README, from the public implementations.
  @ParameterizedTest
  @CsvSource({
    "recurrent_gemma, 6144, 192",
    "xlstm, 33856, 0",
    "xlstm_lm, 40480, 0",
    "llama, 0, 1024",
    "llama_rope3_bf16, 0, 768",
    "qwen3, 0, 2048",
    "mamba, 58368, 0",
    "mamba2, 93440, 0",
    "falcon_h1, 30720, 1024",
    "jamba, 16896, 256",
    "rwkv, 5120, 0"
  })
  void aSequenceNeedsTheKnownBytes(String name, long fixedBytes, long bytesPerToken) {
    try (ModelFile file = ModelFiles.open(SharedData.path("goldens-hf/" + name))) {
      long fixed = 0;
      long perToken = 0;
      for (MemoryNeed need : Architectures.graph(file, 256).needs()) {
        switch (need) {
          case MemoryNeed.State state -> fixed += 4 * state.floats();
          case MemoryNeed.Kv kv -> perToken += 4L * kv.heads() * (kv.keyWidth() + kv.valueWidth());
        }
      }
      assertThat(fixed).isEqualTo(fixedBytes);
      assertThat(perToken).isEqualTo(bytesPerToken);
    }
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
