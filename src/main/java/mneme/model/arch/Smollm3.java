package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// SmolLM3: Llama, every fourth layer without positions.
public final class Smollm3 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("smollm3");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Ropes ropes = new Ropes(source, true);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Ropes turning = (i + 1) % 4 == 0 ? null : ropes;
      x =
          blocks.preNorm(
              layer,
              x,
              in -> SelfAttention.of(source, layer, turning).write(blocks, layer, in),
              in -> blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
