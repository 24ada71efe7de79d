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

/// OLMo 2 and 3: norms after attention and MLP only, queries and keys normed over the whole row. In
/// OLMo 3 three of four layers see a window; those are turned without scaling.
public final class Olmo2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("olmo2");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    Windows windows = new Windows(source, 4);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      SelfAttention attention = SelfAttention.of(source, layer, ropes);
      if (windows.tokens(i) > 0) {
        int width = attention.headWidth();
        float base = source.real("rope.freq_base", 10_000);
        attention =
            attention
                .withWindow(windows.tokens(i))
                .withRope(ropes.plain(width, source.integer("rope.dimension_count", width), base));
      }
      Value mixed = attention.write(blocks, layer, x);
      x = graph.add(x, blocks.norm(mixed, layer.weight("post_attention_norm")));
      Value out = blocks.mlp(layer, x, Activation.SILU);
      x = graph.add(x, blocks.norm(out, layer.weight("post_ffw_norm")));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
