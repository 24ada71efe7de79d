package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;
import mneme.model.Windows;

/// Command R7B: one layer norm feeds attention and MLP side by side; windowed layers are turned,
/// full ones are not.
public final class Cohere2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("cohere2");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, true);
    Windows windows = new Windows(source, 4);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.layerNorm(x, layer.weight("attn_norm"), null);
      Ropes turning = windows.isWindowed(i) ? ropes : null;
      Value mixed =
          SelfAttention.of(source, layer, turning)
              .withWindow(windows.tokens(i))
              .write(blocks, layer, in);
      Value out = blocks.mlp(layer, in, Activation.SILU);
      x = graph.add(graph.add(x, mixed), out);
    }
    Value last = blocks.layerNorm(graph.outputRows(x), source.tensor("output_norm.weight"), null);
    graph.scale(blocks.head(last), source.real("logit_scale", 1));
    return blocks.build();
  }
}
