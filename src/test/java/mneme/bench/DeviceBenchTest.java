package mneme.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import mneme.device.probe.Ceiling;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.model.RealShapes;
import org.junit.jupiter.api.Test;

class DeviceBenchTest {
  private static String measured(String... words) {
    var out = new ByteArrayOutputStream();
    try (var lines = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      new DeviceBench(Options.of(words), new DeviceBench.Printed(lines)).run();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsARowForEachThatIsWantedBesideTheCeiling() {
    String table =
        measured(
            "seconds=20",
            "devices=host",
            "shapes=MAMBA2_130M",
            "types=Q8_0",
            "sequences=1,2",
            "prompts=16");
    assertThat(table)
        .containsPattern(
            "host, .+: moves \\d+\\.\\d GB/s and computes \\d\\.\\d\\d TFLOP/s at most")
        .containsPattern("MAMBA2_130M Q8_0: 0\\.1\\d GB, ready in .* s; room for 2 sequences");
    for (String row : new String[] {"decode of 1", "decode of 2", "prefill of 16"}) {
      assertThat(table)
          .containsPattern(
              row + " .*tokens/s +\\d+\\.\\d GB/s +\\d+\\.\\d % .*TFLOP/s +\\d+\\.\\d %");
    }
  }

  @Test
  void saysWhatItHasNoTimeForAndWhatDeviceIsNotThere() {
    assertThat(measured("seconds=0", "devices=host", "shapes=MAMBA2_130M", "types=Q4_K"))
        .contains("MAMBA2_130M Q4_K: left out");
    assertThat(measured("seconds=5", "devices=opencl:99", "shapes=MAMBA2_130M", "types=Q8_0"))
        .contains("opencl:99");
  }

  @Test
  void aRandomModelHasTheShapeInTheEncodingAndLittleMemory() {
    try (RandomModel model = new RandomModel(RealShapes.LLAMA_1B, Encoding.Q4_K)) {
      Tensor query = model.tensor("blk.3.attn_q.weight");
      assertThat(query.encoding()).isEqualTo(Encoding.Q4_K);
      assertThat(query.dims()).containsExactly(2048L, 2048L);
      assertThat(query.data().byteSize()).isEqualTo(query.bytes());
      assertThat(model.tensor("output_norm.weight").encoding()).isEqualTo(Encoding.F32);
      assertThat(model.find("none")).isEqualTo(Optional.empty());
      // 1.236 thousand million weights of 4.5 bits
      assertThat(model.weightBytes()).isBetween(690_000_000L, 700_000_000L);
      assertThat(model.tensors().stream().mapToLong(tensor -> tensor.data().address()))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void oftenCountsTheFastestAttempt() {
    double perSecond =
        Ceiling.perSecond(rounds -> {
          long end = System.nanoTime() + rounds * 1_000_000L;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
        });
    assertThat(perSecond).isBetween(300.0, 1000.0);
  }
}
