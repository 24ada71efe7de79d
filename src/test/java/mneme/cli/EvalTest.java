package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mneme.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `mneme eval` against the logits of another program; the gates are those of the goldens' README.
class EvalTest {
  private static final double MOST = 1e-3;
  private static final double MOST_RMS = 5e-5;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen3", "granitehybrid", "mamba2", "gemma3"})
  void logitsAreThoseOfTheGolden(String name) throws IOException {
    double wide = name.startsWith("gemma") ? 60 : 1;
    Path golden = SharedData.path("goldens/" + name);
    for (List<String> way :
        List.of(List.<String>of(), List.of("--chunk", "7"), List.of("--step"))) {
      float[] logits = eval(golden, way);
      assertNear(logits, floats(golden.resolve("logits.bin")), wide, 0);
      float[] decode = floats(golden.resolve("decode.bin"));
      assertNear(logits, decode, wide, floats(golden.resolve("logits.bin")).length);
    }
  }

  @Test
  void exactActivationsMeetTheExactReferenceOfQuantizedWeights() throws IOException {
    Path golden = SharedData.path("goldens/llama-q4_k_m");
    float[] logits = eval(golden, List.of("--exact"));
    assertNear(logits, floats(golden.resolve("logits_f32.bin")), 1, 0);
  }

  @Test
  void filesReadSideBySideGiveTheSameBytesAsAlone() throws IOException {
    Path golden = SharedData.path("goldens/granitehybrid");
    byte[] alone = Files.readAllBytes(evalTo(golden, List.of(), 1));
    evalTo(golden, List.of("--chunk", "5"), 3);
    for (int i = 0; i < 3; i++) {
      assertThat(Files.readAllBytes(folder.resolve("logits." + i))).isEqualTo(alone);
    }
  }

  @Test
  void wrongInputIsSaidInOneLine() throws IOException {
    Path tokens = folder.resolve("tokens.json");
    for (String wrong :
        List.of(
            "",
            "{",
            "[]",
            "{}",
            "{\"prompt\":[]}",
            "{\"prompt\":[-1]}",
            "{\"prompt\":[1.5]}",
            "{\"prompt\":[2048]}",
            "{\"prompt\":\"text\"}",
            "{\"prompt\":[99999999999]}")) {
      Files.writeString(tokens, wrong);
      Session session = eval("mneme-tiny", tokens);
      assertThat(session.status()).as(wrong).isEqualTo(2);
      assertThat(session.err()).as(wrong).startsWith("mneme: ").hasLineCount(1);
    }
    Files.writeString(tokens, "{\"prompt\":[1]}");
    assertThat(eval("no-such-model", tokens).err()).contains("Known: ").hasLineCount(1);
    assertThat(eval(tokens.toString(), tokens).status()).isEqualTo(2);
    assertThat(Session.of("eval", "--model", "mneme-tiny").status()).isEqualTo(2);
  }

  private Session eval(String model, Path tokens) {
    return Session.of(
        "eval", "--model", model, "--tokens", tokens, "--logits", folder.resolve("logits"));
  }

  private float[] eval(Path golden, List<String> options) throws IOException {
    return floats(evalTo(golden, options, 1));
  }

  private Path evalTo(Path golden, List<String> options, int copies) {
    List<Object> words = new ArrayList<>(List.of("eval", "--model", golden.resolve("model.gguf")));
    for (int i = 0; i < copies; i++) {
      Collections.addAll(words, "--tokens", golden.resolve("tokens.json"));
    }
    Collections.addAll(words, "--logits", folder.resolve("logits"));
    words.addAll(options);
    Session session = Session.of(words.toArray());
    assertThat(session.err()).isEmpty();
    assertThat(session.status()).isZero();
    return folder.resolve("logits");
  }

  private static float[] floats(Path file) throws IOException {
    FloatBuffer buffer =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static void assertNear(float[] actual, float[] right, double wide, int from) {
    double squares = 0;
    double most = 0;
    for (int i = 0; i < right.length; i++) {
      double difference = Math.abs(actual[from + i] - right[i]);
      assertThat(difference).isNotNaN();
      squares += difference * difference;
      most = Math.max(most, difference);
    }
    assertThat(most).isLessThanOrEqualTo(MOST * wide);
    double rms = Math.sqrt(squares / right.length);
    assertThat(rms).isLessThanOrEqualTo(MOST_RMS * (wide == 1 ? 1 : 200));
  }
}
