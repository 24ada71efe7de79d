package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Rwkv7Mix;
import mneme.model.RwkvShift;
import mneme.model.Source;

/// RWKV-7 (Goose).
public final class Rwkv7 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("rwkv7");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Rwkv7Mix mixer = new Rwkv7Mix(blocks);
    Value x =
        blocks.layerNorm(
            blocks.embed(),
            source.tensor("token_embd_norm.weight"),
            source.find("token_embd_norm.bias"));
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.layerNorm(x, layer.weight("attn_norm"), layer.bias("attn_norm"));
      x = graph.add(x, mixer.write(layer, in));
      in = blocks.layerNorm(x, layer.weight("attn_norm_2"), layer.bias("attn_norm_2"));
      Value mixed = RwkvShift.of(graph, in).mix(graph, layer.weight("channel_mix_lerp_k"));
      Value key = blocks.linear(layer, "channel_mix_key", mixed);
      key = graph.activate(key, Activation.RELU_SQUARED);
      x = graph.add(x, blocks.linear(layer, "channel_mix_value", key));
    }
    blocks.head(
        blocks.layerNorm(
            graph.outputRows(x),
            source.tensor("output_norm.weight"),
            source.find("output_norm.bias")));
    return blocks.build();
  }
}
