package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import mneme.SharedData;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Ids that Hugging Face's own library gives.
class HuggingFaceTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<String> folders() {
    return SharedData.folders("goldens-hf").stream().map(path -> path.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("folders")
  void textsGoThereAndBack(String name) throws IOException {
    Path folder = SharedData.path("goldens-hf/" + name);
    Tokenizer tokenizer;
    try (ModelFile file = ModelFiles.open(folder)) {
      tokenizer = Tokenizers.of(file.metadata());
    }
    JsonNode cases = JSON.readTree(folder.resolve("tokenizer_cases.json").toFile()).get("cases");
    for (JsonNode one : cases) {
      String text = one.get("text").asText();
      int[] plain = ids(one.get("ids_no_special"));
      assertThat(tokenizer.encode(text, true)).as("'%s'", text).isEqualTo(ids(one.get("ids")));
      assertThat(tokenizer.encode(text, false)).as("'%s'", text).isEqualTo(plain);
      assertThat(Detokenizer.decode(tokenizer, plain))
          .isEqualTo(one.get("decoded_no_special").asText());
    }
    assertThat(tokenizer.vocabulary()).isEqualTo(384);
  }

  private static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
