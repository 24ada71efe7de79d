package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// OLMoE: experts, queries and keys normed over the whole row.
public final class Olmoe implements Architecture {
  @Override
  public List<String> names() {
    return List.of("olmoe");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Ropes ropes = new Ropes(source, false);
    Experts experts = Experts.softmax(false);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      x =
          blocks.preNorm(
              layer,
              x,
              in -> SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
              in -> experts.write(blocks, layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
