package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Mamba2;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Nemotron-H: each layer is one part only, Mamba-2, attention without positions, or feed-forward.
public final class NemotronH implements Architecture {
  @Override
  public List<String> names() {
    return List.of("nemotron_h", "nemotron_h_moe");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Mamba2 mamba = new Mamba2(blocks);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      x = graph.add(x, part(blocks, layer, in, mamba));
    }
    blocks.logits(x);
    return blocks.build();
  }

  private static Value part(Blocks blocks, Source.Layer layer, Value in, Mamba2 mamba) {
    Source source = blocks.source();
    if (layer.integer("attention.head_count_kv", 0) > 0) {
      return SelfAttention.of(source, layer, null).write(blocks, layer, in);
    }
    if (layer.integer("feed_forward_length", 0) == 0) {
      return mamba.write(layer, in);
    }
    if (!layer.has("ffn_gate_inp")) {
      return blocks.mlp(layer, in, Activation.RELU_SQUARED);
    }
    Experts experts = Experts.of(source, RouteSpec.Gate.SIGMOID, true);
    return blocks
        .graph()
        .add(
            experts.write(blocks, layer, in, Activation.RELU_SQUARED),
            blocks.mlp(layer, in, Activation.RELU_SQUARED, "_shexp"));
  }
}
