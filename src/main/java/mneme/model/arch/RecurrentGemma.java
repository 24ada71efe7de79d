package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.ConfigRope;
import mneme.model.Derived;
import mneme.model.Source;

/// RecurrentGemma, the released Griffin (arXiv 2402.19427): gated recurrences and local attention
/// in turn. From Hugging Face folders.
public final class RecurrentGemma implements Architecture {
  @Override
  public List<String> names() {
    return List.of("recurrent_gemma");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = Source.ofConfig(file, "model.layers.", contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();

    List<String> kinds = source.texts("block_types");
    Value x = graph.scale(blocks.embed("model.embed_tokens.weight"), embeddingScale(source));
    for (int i = 0; i < source.layers("num_hidden_layers"); i++) {
      Source.Layer layer = source.layer(i);
      Value in = norm(blocks, layer.weight("temporal_pre_norm"), x);
      Value mixed =
          switch (kinds.get(i % kinds.size())) {
            case "recurrent" -> recurrence(blocks, layer, in);
            case "attention" -> attention(blocks, layer, in);
            default ->
                throw new ModelFormatException(
                    "block type '%s' is not known; known: recurrent, attention"
                        .formatted(kinds.get(i % kinds.size())));
          };
      x = graph.add(x, mixed);
      x = graph.add(x, mlp(blocks, layer, norm(blocks, layer.weight("channel_pre_norm"), x)));
    }
    Value last = norm(blocks, source.tensor("model.final_norm.weight"), graph.outputRows(x));
    Value logits = graph.matMul(source.tensor("model.embed_tokens.weight"), last);
    graph.softcap(logits, source.real("logits_soft_cap"));
    return blocks.build();
  }

  /// The root of the width, rounded to bfloat16 as the model was trained.
  private static float embeddingScale(Source source) {
    int bits = Float.floatToRawIntBits((float) Math.sqrt(source.integer("hidden_size")));
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  /// The weight is stored minus one.
  private static Value norm(Blocks blocks, Tensor weight, Value in) {
    return blocks.norm(in, Derived.each(weight, "plus one", w -> 1 + w));
  }

  private static Value mlp(Blocks blocks, Source.Layer layer, Value in) {
    Value gate = blocks.linear(layer, "mlp_block.gate_proj", in);
    Value up = blocks.linear(layer, "mlp_block.up_proj", in);
    return blocks.linear(
        layer, "mlp_block.down_proj", blocks.graph().gated(Activation.GELU_TANH, gate, up));
  }

  private static Value recurrence(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    Value gate = blocks.linear(layer, "temporal_block.linear_y", in);
    Value x =
        graph.shortConv(
            blocks.linear(layer, "temporal_block.linear_x", in),
            layer.weight("temporal_block.conv_1d"),
            layer.bias("temporal_block.conv_1d"),
            Activation.IDENTITY);
    Value h =
        graph.gatedRecurrence(
            x,
            sigmoid(graph, layer, "temporal_block.rg_lru.input_gate", x),
            sigmoid(graph, layer, "temporal_block.rg_lru.recurrent_gate", x),
            layer.plain("temporal_block.rg_lru.recurrent_param"));
    return blocks.linear(
        layer, "temporal_block.linear_out", graph.gated(Activation.GELU_TANH, gate, h));
  }

  /// The gates' blocks are stored with inputs as rows.
  private static Value sigmoid(GraphBuilder graph, Source.Layer layer, String name, Value in) {
    Value raw = graph.blockMatMul(Derived.transposed(layer.plain(name + "_weight")), in);
    return graph.activate(graph.addWeight(raw, layer.plain(name + "_bias")), Activation.SIGMOID);
  }

  private static Value attention(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    GraphBuilder graph = blocks.graph();
    int heads = source.positive("num_attention_heads");
    int kvHeads = source.integer("num_key_value_heads", heads);
    int width = source.positive("head_dim");
    ConfigRope keys = new ConfigRope(source);
    if (!keys.type().equals("default")) {
      throw new ModelFormatException("rotary scaling '" + keys.type() + "' is not known here");
    }
    int turned = Math.round(width * keys.turnedShare(0.5f));
    RopeSpec rope = new RopeSpec(width, 0, turned, false, keys.base(), 1, null, null, 1);
    Value mixed =
        graph.attention(
            graph.need(
                new MemoryNeed.Kv(kvHeads, width, width, source.positive("attention_window_size"))),
            graph.rope(blocks.linear(layer, "temporal_block.q_proj", in), rope),
            graph.rope(blocks.linear(layer, "temporal_block.k_proj", in), rope),
            blocks.linear(layer, "temporal_block.v_proj", in),
            new AttentionSpec(heads, (float) (1 / Math.sqrt(width)), 0, null, 0));
    return blocks.linear(layer, "temporal_block.o_proj", mixed);
  }
}
