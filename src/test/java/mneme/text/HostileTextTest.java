package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Text made to be slow is read in time that grows with its length, and nothing of it is lost.
class HostileTextTest {
  private static final int LENGTH = 1_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<String> UNITS =
      List.of(
          "a",
          " ",
          "\n",
          "A",
          "1",
          "!",
          "\u4e00",
          "\u0301",
          "'s",
          " \n",
          "a ",
          "aB",
          "<|",
          "<|im_end|>",
          "\u00e9",
          "\ud83d\ude80",
          " 1",
          "\u2581",
          "\u0000",
          "  a");

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "llama-spm", "phi-3", "qwen2"})
  void repeatedTextIsReadInTime(String name) {
    Tokenizer tokenizer;
    try (ModelFile file =
        ModelFiles.open(SharedData.path("tokenizers/ggml-vocab-" + name + ".gguf"))) {
      tokenizer = Tokenizers.of(file.metadata());
    }
    for (String unit : UNITS) {
      int length = unit.equals("a") || unit.equals(" ") ? LENGTH : LENGTH / 10;
      String text = unit.repeat(length / unit.length());
      int[] ids =
          Assertions.assertTimeoutPreemptively(PATIENCE, () -> tokenizer.encode(text, false), unit);
      // SentencePiece reads U+2581 as a blank, which is how it writes blanks.
      String read =
          name.equals("llama-spm") || name.equals("phi-3") ? text.replace('\u2581', ' ') : text;
      assertThat(Detokenizer.decode(tokenizer, ids).equals(read)).as(unit).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("pres")
  void everyPreTokenizerKeepsTheTextInTime(String pre) {
    PreTokenizer words = PreTokenizers.of(pre).words();
    for (String unit : UNITS) {
      int[] text = Utf8.codePoints(unit.repeat(LENGTH / 10 / unit.length()) + "a");
      int[] place = {0};
      Assertions.assertTimeoutPreemptively(
          PATIENCE,
          () ->
              words.split(
                  text,
                  (from, to) -> {
                    place[0] = from == place[0] && to > from ? to : -1;
                  }),
          unit);
      assertThat(place[0]).isEqualTo(text.length);
    }
  }

  static Stream<String> pres() {
    return Stream.of(
        "gpt-2",
        "llama-bpe",
        "qwen2",
        "qwen35",
        "starcoder",
        "tekken",
        "gpt-4o",
        "kimi-k2",
        "deepseek-v3",
        "deepseek-llm",
        "deepseek-coder",
        "falcon",
        "default",
        "bloom",
        "viking",
        "seed-coder",
        "ufakzeka",
        "minicpm5");
  }
}
