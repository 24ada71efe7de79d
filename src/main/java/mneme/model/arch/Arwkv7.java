package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Rwkv7Mix;
import mneme.model.Source;

/// ARWKV-7: the time mixing of RWKV-7 in the body of Qwen 2.
public final class Arwkv7 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("arwkv7");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Rwkv7Mix mixer = new Rwkv7Mix(blocks);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      x =
          blocks.preNorm(
              layer, x, in -> mixer.write(layer, in), in -> blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
