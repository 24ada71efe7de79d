package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import mneme.SharedData;
import org.junit.jupiter.api.Test;

class GgufTest {
  @Test
  void everyGoldenModelOpensAndDecodesToFiniteNumbers() {
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
  void quantizedWeightsAreAboutAsSpreadAsTheFloatOnes() {
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

  private static List<Path> goldens() {
    return SharedData.folders("goldens").stream().map(f -> f.resolve("model.gguf")).toList();
  }
}
