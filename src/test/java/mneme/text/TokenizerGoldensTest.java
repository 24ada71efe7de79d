package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import mneme.SharedData;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ids and bytes that llama.cpp gives, for real vocabularies and for those of the golden models.
class TokenizerGoldensTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "llama-spm", "phi-3", "qwen2"})
  void realVocabulariesGiveTheIdsOfTheirMakers(String name) throws IOException {
    Path file = SharedData.path("tokenizers/ggml-vocab-" + name + ".gguf");
    Tokenizer tokenizer = tokenizer(file);
    String[] texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
    List<String> lines = List.of(Files.readString(Path.of(file + ".out")).split("\n", -1));
    assertThat(lines).hasSameSizeAs(texts);
    for (int i = 0; i < texts.length; i++) {
      assertThat(tokenizer.encode(texts[i], false))
          .as("'%s'", texts[i])
          .isEqualTo(ids(lines.get(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "llama-spm", "phi-3", "qwen2"})
  void furtherTextsGoThereAndBack(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(SharedData.path("tokenizers/ggml-vocab-" + name + ".gguf"));
    JsonNode cases = json(SharedData.path("tokenizers/" + name + ".more.json")).get("cases");
    for (JsonNode one : cases) {
      String text = utf8(one.get("hex"));
      int[] plain = ids(one.get("plain"));
      assertThat(tokenizer.encode(text, false)).as("'%s'", text).isEqualTo(plain);
      assertThat(tokenizer.encode(text, true)).as("'%s'", text).isEqualTo(ids(one.get("special")));
      assertThat(Detokenizer.decode(tokenizer, plain)).isEqualTo(utf8(one.get("back")));
    }
  }

  @Test
  void goldenModelsGiveTheirIdsAndBytes() throws IOException {
    for (Path folder : SharedData.folders("goldens")) {
      Tokenizer tokenizer = tokenizer(folder.resolve("model.gguf"));
      JsonNode golden = json(folder.resolve("tokens.json"));
      for (JsonNode one : golden.get("texts")) {
        assertThat(tokenizer.encode(one.get("text").asText(), true))
            .as("%s: '%s'", folder.getFileName(), one.get("text").asText())
            .isEqualTo(ids(one.get("ids")));
      }
      byte[] bytes = Detokenizer.bytes(tokenizer, ids(golden.get("greedy")));
      assertThat(HEX.formatHex(bytes))
          .as("%s", folder.getFileName())
          .isEqualTo(golden.get("greedy_bytes_hex").asText());
    }
  }

  @Test
  void theDemoModelReadsAndWritesItsGoldens() throws IOException {
    Tokenizer tokenizer = tokenizer(SharedData.path("demo-model/mneme-tiny.q8_0.gguf"));
    JsonNode golden = json(SharedData.path("demo-model/golden.json"));
    for (JsonNode one : golden.get("tokenizer")) {
      assertThat(tokenizer.encode(one.get("text").asText(), false))
          .as("'%s'", one.get("text").asText())
          .isEqualTo(withoutBos(tokenizer, one.get("text").asText(), ids(one.get("ids"))));
    }
    for (JsonNode model : golden.get("models")) {
      for (JsonNode one : model) {
        assertThat(tokenizer.encode(one.get("prompt").asText(), true))
            .isEqualTo(ids(one.get("prompt_ids")));
      }
    }
  }

  /// The file's tokenizer cases recognize control tokens but add no BOS.
  private static int[] withoutBos(Tokenizer tokenizer, String text, int[] expected) {
    int[] all = tokenizer.encode(text, true);
    assertThat(java.util.Arrays.copyOfRange(all, 1, all.length)).isEqualTo(expected);
    return text.contains("<|") ? tokenizer.encode(text, false) : expected;
  }

  @Test
  void storiesComeOutLetterForLetter() throws IOException {
    Tokenizer tokenizer = tokenizer(SharedData.path("models/stories260K.gguf"));
    JsonNode golden = json(SharedData.path("models/stories260K.json"));
    for (JsonNode one : golden.get("texts")) {
      assertThat(tokenizer.encode(one.get("text").asText(), true)).isEqualTo(ids(one.get("ids")));
    }
    Detokenizer detokenizer = Detokenizer.continuing(tokenizer);
    StringBuilder text = new StringBuilder();
    for (int id : ids(golden.get("greedy"))) {
      text.append(detokenizer.accept(id));
    }
    assertThat(text.append(detokenizer.flush())).hasToString(golden.get("greedy_text").asText());
  }

  private static Tokenizer tokenizer(Path path) {
    try (ModelFile file = ModelFiles.open(path)) {
      return Tokenizers.of(file);
    }
  }

  private static JsonNode json(Path path) throws IOException {
    return JSON.readTree(path.toFile());
  }

  private static String utf8(JsonNode hex) {
    return new String(HEX.parseHex(hex.asText()), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static int[] ids(String line) {
    return Stream.of(line.trim().split("\\s+"))
        .filter(id -> !id.isEmpty())
        .flatMapToInt(id -> IntStream.of(Integer.parseInt(id)))
        .toArray();
  }
}
