package mneme.model;

import mneme.graph.AttentionSpec;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import org.jspecify.annotations.Nullable;

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434) with absorbed matrices: the cache
/// holds one row a token, the latent and the turned part of the key, and the latent is the value as
/// well.
///
/// @param rope of the turned part alone, or null for no positions
/// @param scaleFactor multiplies the usual 1 / sqrt(head width)
public record LatentAttention(@Nullable RopeSpec rope, float scaleFactor) {
  public Value write(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    GraphBuilder graph = blocks.graph();
    int heads = layer.positive("attention.head_count");
    int latent = source.positive("attention.kv_lora_rank");
    int turned = source.positive("attention.key_length") - latent;
    int headWidth = source.positive("attention.key_length_mla");
    int plain = headWidth - turned;
    Value query = query(blocks, layer, in);
    Value absorbed =
        graph.blockMatMul(
            layer.weight("attn_k_b"), graph.columns(query, 0, headWidth, plain, heads));
    Value queryTurned = turn(graph, graph.columns(query, plain, headWidth, turned, heads));
    Value both = blocks.linear(layer, "attn_kv_a_mqa", in);
    Value compressed = blocks.norm(graph.columns(both, 0, latent), layer.weight("attn_kv_a_norm"));
    Value keyTurned = turn(graph, graph.columns(both, latent, turned));
    float scale = (float) (scaleFactor / Math.sqrt(headWidth));
    Value mixed =
        graph.attention(
            graph.need(new MemoryNeed.Kv(1, latent + turned, 0, 0)),
            graph.concat(absorbed, queryTurned, heads),
            graph.concat(compressed, keyTurned, 1),
            null,
            new AttentionSpec(heads, scale, 0, null, latent));
    return blocks.linear(layer, "attn_output", graph.blockMatMul(layer.weight("attn_v_b"), mixed));
  }

  private static Value query(Blocks blocks, Source.Layer layer, Value in) {
    if (!layer.has("attn_q_a")) {
      return blocks.linear(layer, "attn_q", in);
    }
    Value low = blocks.norm(blocks.linear(layer, "attn_q_a", in), layer.weight("attn_q_a_norm"));
    return blocks.linear(layer, "attn_q_b", low);
  }

  private Value turn(GraphBuilder graph, Value in) {
    return rope == null ? in : graph.rope(in, rope);
  }
}
