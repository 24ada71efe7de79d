package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.StreamSupport;
import mneme.format.Metadata;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Text cut by Hugging Face's own library, with the regular expressions of each pre-tokenizer.
class ForeignCutsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Iterable<String> names() {
    return () -> read("splits").get("cuts").fieldNames();
  }

  @ParameterizedTest
  @MethodSource("names")
  void rulesCutAsTheirExpressionDoes(String name) {
    JsonNode file = read("splits");
    PreTokenizer words = PreTokenizers.of(name).words();
    for (int i = 0; i < file.get("texts").size(); i++) {
      String text = file.get("texts").get(i).asText();
      StringJoiner cuts = new StringJoiner(" ");
      words.split(Utf8.codePoints(text), (from, to) -> cuts.add(Integer.toString(to - from)));
      assertThat(cuts)
          .as("%s: %s", name, JSON.valueToTree(text))
          .hasToString(file.get("cuts").get(name).get(i).asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unigram-bytes", "unigram-unk"})
  void unigramModelsChooseTheSameTokens(String name) {
    JsonNode file = read(name);
    Tokenizer tokenizer =
        Tokenizers.of(
            new Metadata(Map.of(HuggingFaceTokenizer.JSON, file.get("tokenizer").toString())));
    for (JsonNode one : file.get("cases")) {
      int[] ids =
          StreamSupport.stream(one.get("ids").spliterator(), false)
              .mapToInt(JsonNode::asInt)
              .toArray();
      assertThat(tokenizer.encode(one.get("text").asText(), false))
          .as(one.get("text").toString())
          .isEqualTo(ids);
    }
  }

  private static JsonNode read(String name) {
    try (InputStream in = ForeignCutsTest.class.getResourceAsStream("/text/" + name + ".json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
