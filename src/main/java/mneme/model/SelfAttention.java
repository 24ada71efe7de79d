package mneme.model;

import mneme.format.Tensor;
import mneme.graph.AttentionSpec;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import org.jspecify.annotations.Nullable;

/// Attention of one layer: projections (apart or fused, with or without biases), norms of queries
/// and keys where the layer has them, rotation, cache, output projection.
///
/// @param windowTokens 0 for full attention
/// @param softcap 0 for none
/// @param rope null for no positions
public record SelfAttention(
    int heads,
    int kvHeads,
    int headWidth,
    int windowTokens,
    float scale,
    float softcap,
    @Nullable RopeSpec rope) {

  /// Full attention with the head counts of `layer`, heads turned by `ropes` unless that is null.
  public static SelfAttention of(Source source, Source.Layer layer, @Nullable Ropes ropes) {
    int heads = layer.positive("attention.head_count");
    int kvHeads = layer.integer("attention.head_count_kv", heads);
    int headWidth = source.integer("attention.key_length", source.width() / heads);
    float scale = source.real("attention.scale", 0);
    return new SelfAttention(
        heads,
        kvHeads,
        headWidth,
        0,
        scale == 0 ? (float) (1 / Math.sqrt(headWidth)) : scale,
        0,
        ropes == null ? null : ropes.spec(headWidth));
  }

  public SelfAttention withWindow(int tokens) {
    return new SelfAttention(heads, kvHeads, headWidth, tokens, scale, softcap, rope);
  }

  public SelfAttention withScale(float scale) {
    return new SelfAttention(heads, kvHeads, headWidth, windowTokens, scale, softcap, rope);
  }

  public SelfAttention withSoftcap(float cap) {
    return new SelfAttention(heads, kvHeads, headWidth, windowTokens, scale, cap, rope);
  }

  public SelfAttention withRope(@Nullable RopeSpec rope) {
    return new SelfAttention(heads, kvHeads, headWidth, windowTokens, scale, softcap, rope);
  }

  public Value write(Blocks blocks, Source.Layer layer, Value in) {
    return blocks.linear(layer, "attn_output", mix(blocks, layer, in));
  }

  /// Everything up to the output projection.
  public Value mix(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    if (layer.has("attn_qkv")) {
      Value all = blocks.linear(layer, "attn_qkv", in);
      int keys = heads * headWidth;
      int values = keys + kvHeads * headWidth;
      return attend(
          blocks,
          layer,
          graph.columns(all, 0, keys),
          new KeyValue(
              graph.columns(all, keys, values - keys), graph.columns(all, values, values - keys)));
    }
    return attend(
        blocks,
        layer,
        blocks.linear(layer, "attn_q", in),
        new KeyValue(blocks.linear(layer, "attn_k", in), blocks.linear(layer, "attn_v", in)));
  }

  /// Keys and values of one layer, before norm and rotation.
  public record KeyValue(Value key, Value value) {}

  /// Norm, rotation and attention over a cache of this layer's own.
  public Value attend(Blocks blocks, Source.Layer layer, Value query, KeyValue kv) {
    GraphBuilder graph = blocks.graph();
    int need = graph.need(new MemoryNeed.Kv(kvHeads, headWidth, headWidth, windowTokens));
    return graph.attention(
        need,
        turn(graph, norm(blocks, layer.find("attn_q_norm.weight"), query)),
        turn(graph, norm(blocks, layer.find("attn_k_norm.weight"), kv.key())),
        kv.value(),
        spec(layer));
  }

  AttentionSpec spec(Source.Layer layer) {
    return new AttentionSpec(heads, scale, softcap, layer.find("attn_sinks.weight"), 0);
  }

  /// A weight of one dimension norms runs of its own length: a head, or the whole row. One of two
  /// dimensions has a column a head.
  static Value norm(Blocks blocks, @Nullable Tensor weight, Value in) {
    return weight == null
        ? in
        : blocks.graph().rmsNorm(in, weight, blocks.epsilon(), weight.columns());
  }

  Value turn(GraphBuilder graph, Value in) {
    return rope == null ? in : graph.rope(in, rope);
  }
}
