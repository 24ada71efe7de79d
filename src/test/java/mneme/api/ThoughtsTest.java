package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThoughtsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BEGINNING|<think>so it is</think>  Yes|so it is|Yes",
        "BEGINNING|' <think>a</think>b'|a|b",
        "BEGINNING|Yes <think>no|''|Yes <think>no",
        "BEGINNING|<thin air|''|<thin air",
        "BEGINNING|<thi|''|<thi",
        "BEGINNING|<think>never ends </thin|never ends </thin|''",
        "THINKING|so</think> it|so|it",
        "THINKING|a < b </ c</think>d</think>|a < b </ c|d</think>",
        "SAYING|<think>x</think>|''|<think>x</think>",
      })
  void thoughtsAndAnswersAreParted(String phase, String text, String thought, String said) {
    for (int size = 1; size <= text.length(); size++) {
      Thoughts thoughts = new Thoughts(Thoughts.Phase.valueOf(phase));
      StringBuilder thinking = new StringBuilder();
      StringBuilder saying = new StringBuilder();
      for (int at = 0; at < text.length(); at += size) {
        Thoughts.Piece piece = thoughts.add(text.substring(at, Math.min(at + size, text.length())));
        thinking.append(piece.thought());
        saying.append(piece.said());
      }
      Thoughts.Piece rest = thoughts.end();
      thinking.append(rest.thought());
      saying.append(rest.said());
      assertThat(List.of(thinking.toString(), saying.toString())).isEqualTo(List.of(thought, said));
    }
  }

  @Test
  void bothDialectsTellThoughtsApart() throws Exception {
    try (TestServer server = new TestServer()) {
      server.engine.script =
          completion ->
              org.apache.pekko.stream.javadsl.Source.from(
                  ScriptedEngine.say(completion, "<th", "ink>hm", "m</think>", "\n\nYes", "."));
      String body = "{\"model\":\"thinker\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
      var whole = TestServer.json(server.post("/api/chat", body + ",\"stream\":false}"));
      assertThat(whole.get("message").get("thinking").textValue()).isEqualTo("hmm");
      assertThat(whole.get("message").get("content").textValue()).isEqualTo("Yes.");
      StringBuilder thinking = new StringBuilder();
      StringBuilder content = new StringBuilder();
      for (var line : TestServer.lines(server.post("/api/chat", body + "}"))) {
        thinking.append(line.get("message").path("thinking").asText(""));
        content.append(line.get("message").get("content").textValue());
      }
      assertThat(thinking).hasToString("hmm");
      assertThat(content).hasToString("Yes.");
      var choice =
          TestServer.json(server.post("/v1/chat/completions", body + "}")).get("choices").get(0);
      assertThat(choice.get("message").get("reasoning_content").textValue()).isEqualTo("hmm");
      assertThat(choice.get("message").get("reasoning").textValue()).isEqualTo("hmm");
      assertThat(choice.get("message").get("content").textValue()).isEqualTo("Yes.");
      var events =
          TestServer.events(server.post("/v1/chat/completions", body + ",\"stream\":true}"));
      assertThat(
              events.stream()
                  .map(e ->
                      e.get("choices").get(0).get("delta").path("reasoning_content").asText(""))
                  .toList())
          .contains("hm", "m");
      assertThat(
              events.stream()
                  .map(e -> e.get("choices").get(0).get("delta").path("content").asText(""))
                  .reduce("", String::concat))
          .isEqualTo("Yes.");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/chat", "/v1/chat/completions"})
  void anAnswerCutInItsThoughtsKeepsThem(String path) throws Exception {
    try (TestServer server = new TestServer()) {
      server.engine.script =
          completion ->
              org.apache.pekko.stream.javadsl.Source.from(
                  ScriptedEngine.say(completion, "<think>a", "b</th"));
      String body =
          "{\"model\":\"thinker\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":true}";
      assertThat(server.post(path, body).body()).contains("\"a\"", "\"b\"", "\"</th\"");
    }
  }
}
