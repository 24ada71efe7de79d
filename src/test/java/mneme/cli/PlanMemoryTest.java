package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import mneme.model.RealShapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlanMemoryTest {
  /// The model's shape by hand: 2 attention layers of 2 heads of 32 with keys and values in f32 are
  /// 1,024 bytes a token; 4 Mamba-2 layers hold 8 heads of 64 x 64, and 640 channels of 3 inputs.
  @Test
  void theEmbeddedModelCostsWhatItsShapeSays() {
    Session plan =
        Session.of(
            "plan", "mneme-tiny", "--ctx", 1024, "--users", 3, "--kv", "f32", "--pool", 10_000_000);
    assertThat(plan.err()).isEmpty();
    long state = 4 * 4 * (8 * 64 * 64 + 3 * 640);
    long sequence = 1024 * 1024 + state;
    assertThat(plan.out())
        .contains("states: " + state + " bytes")
        .containsPattern("1024 +" + 1024 * 1024 + " +" + state + " +" + sequence)
        .contains("3 sequences of 1024 tokens need " + 3 * sequence + " bytes; they fit in ");
  }

  /// The command prints, of a file of real size, what the published sizes say. For the largest a
  /// small machine has no room, and prints nothing.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LLAMA_8B")
  void realShapesCostWhatTheirSizesSay(RealShapes shape, @TempDir Path folder) throws IOException {
    Path model = shape.forge().writeTo(folder.resolve("model.gguf"));
    Session plan = Session.of("plan", model, "--ctx", 5000, "--kv", "f16", "--pool", 4L << 30);
    assertThat(plan.err()).isEmpty();
    for (int tokens : new int[] {512, 4096, 5000}) {
      List<Long> pages = shape.pageBytes(tokens, 32);
      long bytes = pages.getFirst() + pages.getLast();
      assertThat(plan.out())
          .containsPattern(
              "%d +%d +%d +%d "
                  .formatted(tokens, bytes, shape.stateBytes(), bytes + shape.stateBytes()));
    }
  }

  @Test
  void whatTheServerAnswersCanBeHadWithoutOne() throws IOException {
    Session plan =
        Session.of("plan", "mneme-tiny", "--ctx", 700, "--users", 2, "--pool", 9_000_000, "--json");
    assertThat(plan.err()).isEmpty();
    JsonNode json = JsonFiles.JSON.readTree(plan.out());
    JsonNode host = json.get("devices").get(0);
    long state = 4 * 4 * (8 * 64 * 64 + 3 * 640);
    assertThat(json.get("loaded").booleanValue()).isFalse();
    assertThat(json.get("state_bytes").longValue()).isEqualTo(state);
    assertThat(host.get("asked").get("pages").longValue()).isEqualTo(2 * 704 * 512);
    assertThat(host.get("asked").get("states").longValue()).isEqualTo(2 * state);
    assertThat(host.get("asked").get("fits").booleanValue()).isTrue();
    assertThat(host.get("bytes").get("pool").longValue())
        .isEqualTo(host.get("slabs").longValue() * host.get("slab_bytes").longValue());
    assertThat(host.get("bytes").get("weights").longValue()).isPositive();
  }

  @Test
  void halfTheBytesForHalfPrecision() {
    String plan = Session.of("plan", "mneme-tiny", "--ctx", 1024, "--kv", "f16").out();
    assertThat(plan).containsPattern("1024 +" + 512 * 1024);
  }

  @Test
  void anEncodingThatKeysCannotHaveIsRefused() {
    Session plan = Session.of("plan", "mneme-tiny", "--kv", "q4_k");
    assertThat(plan.status()).isEqualTo(2);
    assertThat(plan.err()).contains("F32, F16, BF16 or Q8_0").hasLineCount(1);
  }

  @Test
  void showNamesWhatTheFileSays() {
    assertThat(Session.of("show", "mneme-tiny", "--tensors").out())
        .containsPattern("general\\.architecture +granitehybrid")
        .containsPattern("granitehybrid\\.context_length +8192")
        .containsPattern("token_embd\\.weight +Q8_0 +\\[256, 2048]");
  }
}
