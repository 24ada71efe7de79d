package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mneme.format.Gguf;
import mneme.format.GgufForge;
import mneme.format.ModelFormatException;
import mneme.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A small llama whose header or tensors make no sense is refused before anything is computed.
class HostileLlamaTest {
  private static final int CONTEXT_TOKENS = 128;

  @Test
  void theFileThatTheCasesStartFromIsAModel() {
    build(GgufForge.llama());
  }

  @Test
  void anEndlessContextIsCutToWhatIsServed() {
    build(GgufForge.llama().u32("llama.context_length", -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isRefused(String name, Consumer<GgufForge> change) {
    GgufForge forge = GgufForge.llama();
    change.accept(forge);
    assertThatThrownBy(() -> build(forge)).isInstanceOf(ModelFormatException.class);
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        broken("E01 no architecture", f -> f.remove("general.architecture")),
        broken("E02 unknown architecture", f -> f.text("general.architecture", "nope")),
        broken("E03 architecture as number", f -> f.u32("general.architecture", 1)),
        broken("E04 no blocks", f -> f.u32("llama.block_count", 0)),
        broken("E05 2^32-1 blocks", f -> f.u32("llama.block_count", -1)),
        broken("E06 two blocks, tensors of one", f -> f.u32("llama.block_count", 2)),
        broken("E07 no heads", f -> f.u32("llama.attention.head_count", 0)),
        broken("E08 3 heads", f -> f.u32("llama.attention.head_count", 3)),
        broken("E09 no KV heads", f -> f.u32("llama.attention.head_count_kv", 0)),
        broken("E10 more KV heads than heads", f -> f.u32("llama.attention.head_count_kv", 7)),
        broken("E11 width 0", f -> f.u32("llama.embedding_length", 0)),
        broken("E12 width 2^32-1", f -> f.u32("llama.embedding_length", -1)),
        broken("E15 epsilon NaN", f -> f.f32("llama.attention.layer_norm_rms_epsilon", Float.NaN)),
        broken("E16 no epsilon", f -> f.remove("llama.attention.layer_norm_rms_epsilon")),
        broken("E17 odd rotary width", f -> f.u32("llama.rope.dimension_count", 7)),
        broken("E18 rotary width 2^20", f -> f.u32("llama.rope.dimension_count", 1 << 20)),
        broken("E19 rotary base 0", f -> f.f32("llama.rope.freq_base", 0)),
        broken("E20 wrong shape", f -> swap(f, "blk.0.attn_k.weight")),
        broken("E21 missing tensor", f -> f.tensors.removeLast()),
        broken("E22 2^30 experts", f -> f.u32("llama.expert_count", 1 << 30)),
        broken(
            "E23 5 of 2 experts",
            f -> f.u32("llama.expert_count", 2).u32("llama.expert_used_count", 5)),
        broken("E24 blocks as text", f -> f.text("llama.block_count", "1")),
        broken(
            "E25 heads as empty list",
            f -> f.array("llama.attention.head_count", GgufForge.U32, List.of())),
        broken("F04 fewer tokens than rows", f -> rows(f, 268)),
        broken("F05 more tokens than rows", f -> rows(f, 214)));
  }

  private static void swap(GgufForge forge, String name) {
    for (GgufForge.Entry tensor : forge.tensors) {
      if (new String(tensor.name, java.nio.charset.StandardCharsets.UTF_8).equals(name)) {
        tensor.dims = new long[] {tensor.dims[1], tensor.dims[0]};
      }
    }
  }

  private static void rows(GgufForge forge, int rows) {
    List<GgufForge.Entry> old = List.copyOf(forge.tensors);
    forge.tensors.clear();
    forge.tensor("token_embd.weight", 32, rows);
    forge.tensors.add(old.get(1));
    forge.tensor("output.weight", 32, rows);
    forge.tensors.addAll(old.subList(3, old.size()));
  }

  private static Arguments broken(String name, Consumer<GgufForge> change) {
    return Arguments.of(name, change);
  }

  private static void build(GgufForge forge) {
    try (Gguf file = Gguf.of(MemorySegment.ofArray(forge.build()))) {
      assertThat(Tokenizers.of(file).vocabulary()).isPositive();
      assertThat(Architectures.graph(file, CONTEXT_TOKENS).ops()).isNotEmpty();
    }
  }
}
