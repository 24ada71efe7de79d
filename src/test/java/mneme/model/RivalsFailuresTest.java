package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.memory.KvEncoding;
import org.junit.jupiter.api.Test;

/// Known failures of other engines, as facts that must hold here. Each test names the report.
class RivalsFailuresTest {
  private interface Body {
    void with(Rig rig, int[] tokens);
  }

  private static void run(String name, Body body) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = Gguf.open(golden.folder().resolve("model.gguf"));
        Device device = new HostDevice(2);
        Rig rig =
            new Rig(
                device,
                Architectures.graph(file, golden.contextTokens()),
                Numerics.QUANTIZED,
                KvEncoding.both(Encoding.F16))) {
      body.with(rig, golden.tokens());
    }
  }

  /// llama.cpp#29002.
  @Test
  void coBatchingDoesNotChangeTheAnswerOfAnLfm2() {
    run(
        "lfm2",
        (rig, tokens) -> {
          float[][] alone = rig.read(tokens, tokens.length);
          Rig.Sequence one = rig.sequence();
          Rig.Sequence two = rig.sequence();
          rig.step(one.next(Arrays.copyOf(tokens, 40), 1), two.next(Arrays.copyOf(tokens, 3), 1));
          for (int i = 40; i < tokens.length; i++) {
            float[][] rows =
                rig.step(
                    two.next(new int[] {tokens[i - 37]}, 1), one.next(new int[] {tokens[i]}, 1));
            assertThat(rows[0]).isEqualTo(alone[i - 37]);
            assertThat(rows[1]).isEqualTo(alone[i]);
          }
        });
  }

  /// llama.cpp#25840.
  @Test
  void statesOfABatchNeedNotLieSideBySide() {
    run(
        "qwen35",
        (rig, tokens) -> {
          float[][] alone = rig.read(tokens, tokens.length);
          Rig.Sequence first = rig.sequence();
          Rig.Sequence between = rig.sequence();
          Rig.Sequence last = rig.sequence();
          rig.step(first.next(tokens, 1), between.next(tokens, 1));
          Rig.Sequence again = rig.sequence();
          float[][] rows = rig.step(last.next(tokens, 1), again.next(tokens, 1));
          assertThat(rows[0]).isEqualTo(alone[tokens.length - 1]);
          assertThat(rows[1]).isEqualTo(alone[tokens.length - 1]);
        });
  }

  /// SGLang#34683.
  @Test
  void sendingARequestAgainChangesNothing() {
    run(
        "falcon-h1",
        (rig, tokens) -> {
          float[][] alone = rig.read(tokens, tokens.length);
          for (int piece : new int[] {tokens.length, 16, 1}) {
            assertThat(rig.read(tokens, piece)).isDeepEqualTo(alone);
          }
        });
  }
}
