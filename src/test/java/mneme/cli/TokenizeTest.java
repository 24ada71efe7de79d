package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mneme.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `mneme tokenize` and `mneme detokenize` against the ids of another program.
class TokenizeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma", "rwkv6", "phi3", "falcon-h1"})
  void idsAreThoseOfTheGolden(String name) throws IOException {
    Path golden = SharedData.path("goldens/" + name);
    ArrayNode texts = JSON.createArrayNode();
    ArrayNode ids = JSON.createArrayNode();
    for (JsonNode text : JSON.readTree(golden.resolve("tokens.json").toFile()).get("texts")) {
      texts.add(text.get("text"));
      ids.add(text.get("ids"));
    }
    Session session =
        Session.of(
            "tokenize", "--model", golden.resolve("model.gguf"), "--texts", file("t.json", texts));
    assertThat(session.err()).isEmpty();
    assertThat(JSON.readTree(session.out())).isEqualTo(ids);
  }

  @Test
  void whatWasTokenizedComesBack() throws IOException {
    JsonNode texts =
        JSON.readTree("[\"Anna had a kite.\", \"Naïve café — 灯台 🚢!  Two  spaces.\", \"\"]");
    Session ids =
        Session.of(
            "tokenize", "-m", "mneme-tiny", "--no-special", "--texts", file("t.json", texts));
    Path list = Files.writeString(folder.resolve("ids.json"), ids.out());
    Session back = Session.of("detokenize", "-m", "mneme-tiny", "--ids", list);
    assertThat(JSON.readTree(back.out())).isEqualTo(texts);
  }

  @Test
  void controlTokensAreReadOnlyWhereTheyMayBe() throws IOException {
    Path texts = Files.writeString(folder.resolve("t.json"), "[\"<|im_end|>\"]");
    Session special = Session.of("tokenize", "-m", "mneme-tiny", "--texts", texts);
    Session plain = Session.of("tokenize", "-m", "mneme-tiny", "--no-special", "--texts", texts);
    assertThat(JSON.readTree(special.out()).get(0)).hasSize(2);
    assertThat(JSON.readTree(plain.out()).get(0)).hasSizeGreaterThan(2);
  }

  @Test
  void wrongInputIsSaidInOneLine() throws IOException {
    for (String wrong : new String[] {"", "{}", "[1]", "[null]", "[[\"a\"]]", "not json"}) {
      Path file = Files.writeString(folder.resolve("w.json"), wrong);
      saysOneLine(wrong, Session.of("tokenize", "-m", "mneme-tiny", "--texts", file));
      saysOneLine(wrong, Session.of("detokenize", "-m", "mneme-tiny", "--ids", file));
    }
    Path beyond = Files.writeString(folder.resolve("w.json"), "[[2048]]");
    saysOneLine("beyond", Session.of("detokenize", "-m", "mneme-tiny", "--ids", beyond));
  }

  private static void saysOneLine(String what, Session session) {
    assertThat(session.status()).as(what).isEqualTo(2);
    assertThat(session.out()).as(what).isEmpty();
    assertThat(session.err()).as(what).startsWith("mneme: ").hasLineCount(1);
  }

  private Path file(String name, JsonNode content) throws IOException {
    return Files.writeString(folder.resolve(name), content.toString());
  }
}
