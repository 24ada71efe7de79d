package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.DeltaNet;
import mneme.model.DeltaNet.DecayWeights;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.SelfAttention.KeyValue;
import mneme.model.Source;

/// Qwen3-Next and Qwen 3.5: gated delta nets, every few layers attention with an output gate; dense
/// or experts with a gated shared expert. The two differ in which key head a value head uses.
public final class QwenDelta implements Architecture {
  @Override
  public List<String> names() {
    return List.of("qwen3next", "qwen35", "qwen35moe");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    int interval = Math.max(1, source.integer("full_attention_interval", 4));
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isRecurrent = (i + 1) % interval != 0;
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      x =
          graph.add(
              x,
              isRecurrent
                  ? deltaNet(blocks, layer, in)
                  : attention(blocks, layer, in, SelfAttention.of(source, layer, ropes)));
      in = blocks.norm(x, layer.weight("post_attention_norm"));
      x = graph.add(x, feedForward(blocks, layer, in));
    }
    blocks.logits(x);
    return blocks.build();
  }

  private static Value feedForward(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    if (!layer.has("ffn_gate_inp")) {
      return blocks.mlp(layer, in, Activation.SILU);
    }
    Value gate = graph.activate(blocks.linear(layer, "ffn_gate_inp_shexp", in), Activation.SIGMOID);
    return graph.add(
        Experts.softmax(true).write(blocks, layer, in, Activation.SILU),
        graph.multiply(blocks.mlp(layer, in, Activation.SILU, "_shexp"), gate));
  }

  /// Query and output gate lie side by side in each head.
  private static Value attention(
      Blocks blocks, Source.Layer layer, Value in, SelfAttention attention) {
    GraphBuilder graph = blocks.graph();
    int width = attention.headWidth();
    Value both = blocks.linear(layer, "attn_q", in);
    Value query = graph.columns(both, 0, 2 * width, width, attention.heads());
    Value gate = graph.columns(both, width, 2 * width, width, attention.heads());
    Value mixed =
        attention.attend(
            blocks,
            layer,
            query,
            new KeyValue(blocks.linear(layer, "attn_k", in), blocks.linear(layer, "attn_v", in)));
    return blocks.linear(layer, "attn_output", graph.gated(Activation.SIGMOID, gate, mixed));
  }

  private static Value deltaNet(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    GraphBuilder graph = blocks.graph();
    int headWidth = source.positive("ssm.state_size");
    int keyHeads = source.positive("ssm.group_count");
    int heads = source.positive("ssm.time_step_rank");
    int keys = keyHeads * headWidth;
    Value mixed =
        graph.shortConv(
            blocks.linear(layer, "attn_qkv", in),
            layer.weight("ssm_conv1d"),
            layer.bias("ssm_conv1d"),
            Activation.SILU);
    Value query = repeat(blocks, graph.columns(mixed, 0, keys), keyHeads, heads);
    Value key = repeat(blocks, graph.columns(mixed, keys, keys), keyHeads, heads);
    Value value = graph.columns(mixed, 2 * keys, heads * headWidth);
    Gates gates = gates(blocks, layer, in, keyHeads, heads);
    Value decay =
        DeltaNet.decay(
            graph,
            gates.alpha(),
            new DecayWeights(layer.plain("ssm_dt.bias"), layer.plain("ssm_a")));
    Value beta = graph.activate(gates.beta(), Activation.SIGMOID);
    Value out = new DeltaNet(query, key, value, decay, beta).write(blocks);
    Value normed = graph.rmsNorm(out, layer.weight("ssm_norm"), blocks.epsilon(), headWidth);
    Value gate = blocks.linear(layer, "attn_gate", in);
    return blocks.linear(layer, "ssm_out", graph.gated(Activation.SILU, gate, normed));
  }

  private record Gates(Value beta, Value alpha) {}

  /// Apart in Qwen 3.5; in Qwen3-Next one matrix holds, for each key head, the betas and then the
  /// alphas of its value heads.
  private static Gates gates(Blocks blocks, Source.Layer layer, Value in, int keyHeads, int heads) {
    if (!layer.has("ssm_ba")) {
      return new Gates(blocks.linear(layer, "ssm_beta", in), blocks.linear(layer, "ssm_alpha", in));
    }
    GraphBuilder graph = blocks.graph();
    int each = heads / keyHeads;
    Value both = blocks.linear(layer, "ssm_ba", in);
    return new Gates(
        graph.columns(both, 0, 2 * each, each, keyHeads),
        graph.columns(both, each, 2 * each, each, keyHeads));
  }

  /// Value head h uses key head h / (heads / keyHeads) in Qwen3-Next, h % keyHeads in Qwen 3.5.
  private static Value repeat(Blocks blocks, Value in, int keyHeads, int heads) {
    boolean isInRow = blocks.source().architecture().equals("qwen3next");
    return blocks.repeatEach(in, isInRow ? keyHeads : 1, heads / keyHeads);
  }
}
