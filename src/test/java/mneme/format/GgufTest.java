package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import mneme.SharedData;
import org.junit.jupiter.api.Test;

class GgufTest {
  @Test
  void everyGoldenModelOpensAndDecodesToFiniteNumbers() throws IOException {
    for (Path path : goldens()) {
      try (ModelFile file = ModelFiles.open(path)) {
        assertThat(file.metadata().architecture()).isNotEmpty();
        assertThat(file.tensors()).isNotEmpty();
        for (Tensor tensor : file.tensors()) {
          for (float value : Decoder.all(tensor)) {
            assertThat(Float.isFinite(value)).as("%s in %s", tensor.name(), path).isTrue();
          }
        }
      }
    }
  }

  @Test
  void quantizedWeightsAreAboutAsSpreadAsTheFloatOnes() throws IOException {
    for (Path path : goldens()) {
      if (!path.toString().contains("llama-")) {
        continue;
      }
      try (ModelFile file = ModelFiles.open(path)) {
        float[] values = Decoder.all(file.tensor("blk.0.attn_q.weight"));
        double mean = mean(values);
        double spread = 0;
        for (float value : values) {
          spread += (value - mean) * (value - mean) / values.length;
        }
        assertThat(Math.abs(mean)).as(path.toString()).isLessThan(0.3 * Math.sqrt(spread));
      }
    }
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static List<Path> goldens() throws IOException {
    try (Stream<Path> folders = Files.list(SharedData.path("goldens"))) {
      return folders.map(f -> f.resolve("model.gguf")).filter(Files::exists).sorted().toList();
    }
  }
}
