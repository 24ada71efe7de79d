package mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.device.Device;
import mneme.device.host.HostDevice;
import mneme.device.probe.Ceiling;
import mneme.format.Encoding;
import mneme.format.GgufForge;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.memory.KvEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private List<JsonNode> answers(double limit, String... commands) throws IOException {
    Path path = Files.write(folder.resolve("llama.gguf"), GgufForge.llama().build());
    var out = new ByteArrayOutputStream();
    try (ModelFile file = ModelFiles.open(path);
        Device device = new HostDevice(1);
        ModelSpeed speed =
            new ModelSpeed(
                file, device, KvEncoding.both(Encoding.BF16), new ModelSpeed.Room(3, 64, 128));
        var lines = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      speed.limit(limit);
      new ModelCommands(speed, () -> Optional.of(new Ceiling(2e9, 3e9)), Optional.empty())
          .serve(new BufferedReader(new StringReader(String.join("\n", commands))), lines);
    }
    List<JsonNode> answers = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      answers.add(JSON.readTree(line));
    }
    return answers;
  }

  @Test
  void answersEachCommandWithALine() throws IOException {
    List<JsonNode> answers =
        answers(
            Double.POSITIVE_INFINITY,
            "prefill 100",
            "decode 3 20 5",
            "check 7",
            "memory",
            "ceiling",
            "quit",
            "prefill 1");
    assertThat(answers).hasSize(5);
    assertThat(answers.get(0).get("tokens").asInt()).isEqualTo(100);
    assertThat(answers.get(0).get("flop").asLong()).isGreaterThan(2 * 100 * 9216);
    assertThat(answers.get(1).get("tokens").asInt()).isEqualTo(15);
    assertThat(answers.get(1).get("bytes").asLong()).isGreaterThan(5 * 70_656);
    assertThat(answers.get(2).get("top")).hasSize(10);
    assertThat(answers.get(2).get("top").get(0).get(1).asDouble()).isEqualTo(1);
    assertThat(answers.get(3).get("weight_bytes").asLong()).isPositive();
    assertThat(answers.get(4).get("bytes_per_s").asLong()).isEqualTo(2_000_000_000L);
    assertThat(answers.get(4).get("flop_per_s").asLong()).isEqualTo(3_000_000_000L);
  }

  @Test
  void aRoundThatWouldTakeLongerEndsEarly() throws IOException {
    List<JsonNode> answers = answers(0, "prefill 100", "decode 3 20 5");
    assertThat(answers.get(0).get("tokens").asInt()).isEqualTo(16);
    assertThat(answers.get(1).get("tokens").asInt()).isEqualTo(3);
  }

  @Test
  void whatThereIsNoRoomForIsRefused() {
    for (String command : List.of("prefill 500", "decode 3 70 1", "decode 9 1 1", "dance")) {
      assertThatThrownBy(() -> answers(Double.POSITIVE_INFINITY, command))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
