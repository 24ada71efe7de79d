package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Derived;
import mneme.model.RwkvShift;
import mneme.model.Source;

/// RWKV-4 (arXiv 2305.13048). From Hugging Face folders.
public final class Rwkv4 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("rwkv");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = Source.ofConfig(file, "rwkv.blocks.", contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();

    Value x = blocks.embed("rwkv.embeddings.weight");
    for (int i = 0; i < source.layers("num_hidden_layers"); i++) {
      Source.Layer layer = source.layer(i);
      if (i == 0) {
        x = norm(blocks, layer, "pre_ln", x);
      }
      x = graph.add(x, timeMix(blocks, layer, norm(blocks, layer, "ln1", x)));
      x = graph.add(x, channelMix(blocks, layer, norm(blocks, layer, "ln2", x)));
    }
    Value last =
        blocks.layerNorm(
            graph.outputRows(x),
            source.tensor("rwkv.ln_out.weight"),
            source.find("rwkv.ln_out.bias"));
    graph.matMul(source.tensor("head.weight"), last);
    return blocks.build();
  }

  private static Value norm(Blocks blocks, Source.Layer layer, String name, Value in) {
    return blocks.layerNorm(in, layer.weight(name), layer.bias(name));
  }

  private static Value timeMix(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    RwkvShift shift = RwkvShift.of(graph, in);
    Value key = mixed(blocks, layer, shift, "attention.key");
    Value value = mixed(blocks, layer, shift, "attention.value");
    Value gate = mixed(blocks, layer, shift, "attention.receptance");
    Tensor decay = Derived.each(layer.plain("attention.time_decay"), "negated", w -> -Math.exp(w));
    Value out = graph.channelWkv(key, value, decay, layer.plain("attention.time_first"));
    return blocks.linear(layer, "attention.output", graph.gated(Activation.SIGMOID, gate, out));
  }

  private static Value channelMix(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    RwkvShift shift = RwkvShift.of(graph, in);
    Value key = mixed(blocks, layer, shift, "feed_forward.key");
    Value gate = mixed(blocks, layer, shift, "feed_forward.receptance");
    Value out =
        blocks.linear(layer, "feed_forward.value", graph.activate(key, Activation.RELU_SQUARED));
    return graph.gated(Activation.SIGMOID, gate, out);
  }

  /// The file holds the share of the token itself, not of the one before.
  private static Value mixed(Blocks blocks, Source.Layer layer, RwkvShift shift, String name) {
    int dot = name.indexOf('.') + 1;
    Tensor own = layer.plain(name.substring(0, dot) + "time_mix_" + name.substring(dot));
    Tensor before = Derived.each(own, "of the token before", mu -> 1 - mu);
    return blocks.linear(layer, name, shift.mix(blocks.graph(), before));
  }
}
