package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Rwkv6Mix;
import mneme.model.Source;

/// QRWKV-6: gated linear attention in the body of Qwen 2.
public final class Rwkv6Qwen2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("rwkv6qwen2");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      x =
          blocks.preNorm(
              layer,
              x,
              in -> new Rwkv6Mix(blocks, layer).write(in),
              in -> blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
