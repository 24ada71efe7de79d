package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.LinearScanSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Derived;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// MiniMax-01: lightning attention (a fixed decay for each head and layer), every few layers full
/// attention; experts. The residual is the normed input.
public final class Minimax01 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("minimax-01");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    int interval = Math.max(1, source.integer("full_attention_interval", 8));
    float residual = source.real("residual_scale", 1);
    Experts experts = Experts.softmax(true);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      Value mixed =
          (i + 1) % interval == 0
              ? SelfAttention.of(source, layer, ropes).write(blocks, layer, in)
              : lightning(blocks, layer, in);
      x = graph.add(graph.scale(in, residual), mixed);
      in = blocks.norm(x, layer.weight("ffn_norm"));
      Value out = experts.write(blocks, layer, in, Activation.SILU);
      x = graph.add(graph.scale(in, residual), out);
    }
    blocks.logits(x);
    return blocks.build();
  }

  /// Query, key and value lie side by side in each head.
  private static Value lightning(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int heads = layer.positive("attention.head_count");
    Value all = graph.activate(blocks.linear(layer, "attn_qkv", in), Activation.SILU);
    int width = all.width() / heads / 3;
    Value mixed =
        graph.linearScan(
            new MatrixInputs(
                graph.columns(all, 0, 3 * width, width, heads),
                graph.columns(all, width, 3 * width, width, heads),
                graph.columns(all, 2 * width, 3 * width, width, heads)),
            null,
            new LinearScanSpec(heads, 1, null, decay(blocks.source(), layer, heads)));
    Value normed = blocks.norm(mixed, layer.weight("attn_norm_2"));
    Value gate = blocks.linear(layer, "attn_gate", in);
    return blocks.linear(layer, "attn_output", graph.gated(Activation.SIGMOID, gate, normed));
  }

  /// `exp(-slope * (1 - layer / (layers - 1) + 1e-5))` with ALiBi's slopes, `2^(-8 (head + 1) /
  /// heads)`.
  private static Tensor decay(Source source, Source.Layer layer, int heads) {
    double depth = (double) layer.index() / Math.max(1, source.layers() - 1);
    float[] decay = new float[heads];
    for (int head = 0; head < heads; head++) {
      double slope = Math.pow(2, -8.0 * (head + 1) / heads);
      decay[head] = (float) Math.exp(-slope * (1 - depth + 1e-5));
    }
    return Derived.of("decay of layer " + layer.index(), List.of((long) heads), decay);
  }
}
