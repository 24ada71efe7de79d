package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Mamba1;
import mneme.model.Source;

/// Mamba-1 and FalconMamba: mixers only.
public final class Mamba implements Architecture {
  @Override
  public List<String> names() {
    return List.of("mamba");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Mamba1 mixer = new Mamba1(blocks);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      x = graph.add(x, mixer.write(layer, blocks.norm(x, layer.weight("attn_norm"))));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
