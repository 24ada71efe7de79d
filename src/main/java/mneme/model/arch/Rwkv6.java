package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Rwkv6Mix;
import mneme.model.RwkvShift;
import mneme.model.Source;

/// RWKV-6 (Finch).
public final class Rwkv6 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("rwkv6");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    int rescaleEvery = source.integer("rescale_every_n_layers", 0);
    Value x =
        blocks.layerNorm(
            blocks.embed(),
            source.tensor("token_embd_norm.weight"),
            source.find("token_embd_norm.bias"));
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.layerNorm(x, layer.weight("attn_norm"), layer.bias("attn_norm"));
      x = graph.add(x, new Rwkv6Mix(blocks, layer).write(in));
      in = blocks.layerNorm(x, layer.weight("attn_norm_2"), layer.bias("attn_norm_2"));
      x = graph.add(x, channelMix(blocks, layer, in));
      if (rescaleEvery > 0 && (i + 1) % rescaleEvery == 0) {
        x = graph.scale(x, 0.5f);
      }
    }
    blocks.head(
        blocks.layerNorm(
            graph.outputRows(x),
            source.tensor("output_norm.weight"),
            source.find("output_norm.bias")));
    return blocks.build();
  }

  private static Value channelMix(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    RwkvShift shift = RwkvShift.of(graph, in);
    Value key =
        blocks.linear(
            layer, "channel_mix_key", shift.mix(graph, layer.weight("channel_mix_lerp_k")));
    Value gate =
        blocks.linear(
            layer, "channel_mix_receptance", shift.mix(graph, layer.weight("channel_mix_lerp_r")));
    Value out =
        blocks.linear(layer, "channel_mix_value", graph.activate(key, Activation.RELU_SQUARED));
    return graph.gated(Activation.SIGMOID, gate, out);
  }
}
