package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Llama 1 to 3 and all that copied it, dense or with experts (Mixtral).
public final class Llama implements Architecture {
  @Override
  public List<String> names() {
    return List.of("llama");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, true);
    boolean hasExperts = source.integer("expert_count", 0) > 0;
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      x = graph.add(x, SelfAttention.of(source, layer, ropes).write(blocks, layer, in));
      in = blocks.norm(x, layer.weight("ffn_norm"));
      Value out =
          hasExperts
              ? Experts.softmax(true).write(blocks, layer, in, Activation.SILU)
              : blocks.mlp(layer, in, Activation.SILU);
      x = graph.add(x, out);
    }
    blocks.logits(x);
    return blocks.build();
  }
}
