package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Mamba2;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Falcon-H1: every layer runs attention and Mamba-2 side by side on the same input.
public final class FalconH1 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("falcon-h1", "falcon_h1");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    Mamba2 mamba = new Mamba2(blocks);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      x =
          blocks.preNorm(
              layer,
              x,
              in ->
                  graph.add(
                      SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
                      mamba.write(layer, in)),
              in -> blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
