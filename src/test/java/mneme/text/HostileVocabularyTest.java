package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mneme.format.Gguf;
import mneme.format.GgufForge;
import mneme.format.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Tokenizers that a model file describes wrongly are refused with a reason.
class HostileVocabularyTest {
  private static final String KEYS = "tokenizer.ggml.";

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isRefused(String name, Consumer<GgufForge> change, String reason) {
    GgufForge forge = GgufForge.llama();
    change.accept(forge);
    assertThatThrownBy(() -> tokenizer(forge))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(reason);
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        refused("F01 no tokens", f -> f.remove(KEYS + "tokens"), "tokens' is missing"),
        refused("F02 tokens are a string", f -> f.text(KEYS + "tokens", "a"), "is a String"),
        refused(
            "F03 tokens are numbers",
            f -> f.array(KEYS + "tokens", GgufForge.U32, List.of(GgufForge.u32(1))),
            "holds a Long"),
        refused(
            "F06 scores are bytes",
            f -> f.array(KEYS + "scores", GgufForge.U8, Collections.nCopies(264, new byte[1])),
            "holds a Long"),
        refused(
            "F07 scores are too few",
            f -> f.array(KEYS + "scores", GgufForge.F32, List.of(GgufForge.f32(1))),
            "1 entries for 264 tokens"),
        refused(
            "F08 types are too few",
            f -> f.array(KEYS + "token_type", GgufForge.I32, List.of(GgufForge.u32(1))),
            "1 entries for 264 tokens"),
        refused("F09 types are text", f -> f.text(KEYS + "token_type", "normal"), "is a String"),
        refused("F10 BOS beyond", f -> f.u32(KEYS + "bos_token_id", 1264), "is 1264"),
        refused("F11 EOS 2^32-1", f -> f.u32(KEYS + "eos_token_id", -1), "beyond 32 bits"),
        refused("F12 all tokens equal", f -> tokens(f, "same"), "have the same text"),
        refused(
            "F13 no token at all",
            f -> f.array(KEYS + "tokens", GgufForge.STRING, List.of()),
            "is empty"),
        refused("F15 a token of 1 MiB", f -> tokens(f, "x".repeat(1 << 20)), "1048576 characters"),
        refused("F16 model nope", f -> f.text(KEYS + "model", "nope"), "'nope'"),
        refused("F17 no merges", f -> f.text(KEYS + "model", "gpt2"), "merges' is missing"),
        refused("F18 merge of one part", f -> merges(f, "gpt-2", "ab"), "merge 'ab'"),
        refused("unknown rules", f -> merges(f, "surprise", "a b"), "'surprise'"),
        refused(
            "a byte token that is none",
            f -> f.array(KEYS + "token_type", GgufForge.I32, numbers(6)),
            "wanted <0xNN>"));
  }

  @Test
  void withoutByteTokensTheUnknownTokenStands() {
    GgufForge forge = GgufForge.llama();
    forge.array(KEYS + "token_type", GgufForge.I32, numbers(1));
    forge.array(KEYS + "tokens", GgufForge.STRING, words());
    assertThat(tokenizer(forge).encode("\u00e9\u00e9e", false)).containsExactly(0, 262);
  }

  private static List<byte[]> numbers(int kind) {
    return Collections.nCopies(264, GgufForge.u32(kind));
  }

  /// 262 is `e`; no token stands for a byte.
  private static List<byte[]> words() {
    return java.util.stream.IntStream.range(0, 264)
        .mapToObj(id -> GgufForge.string(GgufForge.text(id == 262 ? "e" : "word" + id)))
        .toList();
  }

  private static void tokens(GgufForge forge, String text) {
    byte[] token = GgufForge.string(GgufForge.text(text));
    forge.array(KEYS + "tokens", GgufForge.STRING, Collections.nCopies(264, token));
  }

  private static void merges(GgufForge forge, String pre, String merge) {
    forge.text(KEYS + "model", "gpt2");
    forge.text(KEYS + "pre", pre);
    byte[] line = GgufForge.string(GgufForge.text(merge));
    forge.array(KEYS + "merges", GgufForge.STRING, List.of(line));
  }

  private static Arguments refused(String name, Consumer<GgufForge> change, String reason) {
    return Arguments.of(name, change, reason);
  }

  private static Tokenizer tokenizer(GgufForge forge) {
    try (Gguf file = Gguf.of(MemorySegment.ofArray(forge.build()))) {
      return Tokenizers.of(file.metadata());
    }
  }
}
