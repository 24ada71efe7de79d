package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;
import mneme.model.Windows;

/// gpt-oss: experts with biases and a clamped gate, attention sinks, a window on every other layer.
public final class GptOss implements Architecture {
  @Override
  public List<String> names() {
    return List.of("gpt-oss");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    Windows windows = new Windows(source, 2);
    Experts experts = new Experts(RouteSpec.Gate.SOFTMAX_CHOSEN, false, 1);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      Value mixed =
          SelfAttention.of(source, layer, ropes)
              .withWindow(windows.tokens(i))
              .write(blocks, layer, in);
      x = graph.add(x, mixed);
      in = blocks.norm(x, layer.weight("post_attention_norm"));
      Value out =
          experts.write(blocks, layer, in, (gate, up) -> graph.clampedGated(gate, up, 1.702f, 7));
      x = graph.add(x, out);
    }
    blocks.logits(x);
    return blocks.build();
  }
}
