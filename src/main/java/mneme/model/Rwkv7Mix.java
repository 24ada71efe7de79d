package mneme.model;

import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.DeltaInputs;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// Time mixing of RWKV-7 (arXiv 2503.14456): the delta rule with a learning rate of its own for
/// each channel, and values that lean on those of the first layer.
public final class Rwkv7Mix {
  private static final float SLOWEST_DECAY = -0.606531f;
  private static final float UNIT_EPSILON = 1e-12f;

  private final Blocks blocks;
  private final GraphBuilder graph;
  private final int headWidth;
  private @Nullable Value firstValue;

  public Rwkv7Mix(Blocks blocks) {
    this.blocks = blocks;
    this.graph = blocks.graph();
    this.headWidth = blocks.source().positive("wkv.head_size");
  }

  /// The mixed row of `layer`; layers must be written in order.
  public Value write(Source.Layer layer, Value in) {
    int width = in.width();
    RwkvShift shift = RwkvShift.of(graph, in);
    Value[] mixed = mixed(layer, shift, width);
    Value r = blocks.linear(layer, "time_mix_receptance", mixed[0]);
    Value decay = decay(layer, mixed[1]);
    Value k = blocks.linear(layer, "time_mix_key", mixed[2]);
    Value v = value(layer, mixed[3]);
    Value rate = graph.activate(low(layer, "a", mixed[4], Activation.IDENTITY), Activation.SIGMOID);
    Value unit =
        graph.l2Norm(
            graph.multiplyWeight(k, layer.weight("time_mix_k_k")), UNIT_EPSILON, headWidth);
    Value scaled = graph.multiplyWeight(k, layer.weight("time_mix_k_a"));
    Value key = graph.add(k, graph.subtract(graph.multiply(scaled, rate), scaled));
    Value out =
        graph.deltaScan(
            new MatrixInputs(r, key, v),
            new DeltaInputs(decay, graph.scale(unit, -1), graph.multiply(unit, rate)),
            width / headWidth);
    Tensor norm = layer.find("time_mix_ln.weight");
    if (norm != null) {
      out =
          graph.layerNorm(out, norm, layer.bias("time_mix_ln"), Rwkv6Mix.GROUP_EPSILON, headWidth);
    }
    Value agreement =
        graph.sumRuns(
            graph.multiplyWeight(graph.multiply(key, r), layer.weight("time_mix_r_k")), headWidth);
    out = graph.add(out, graph.multiply(v, agreement));
    if (layer.has("time_mix_g1")) {
      Value gate =
          graph.activate(blocks.linear(layer, "time_mix_g1", mixed[5]), Activation.SIGMOID);
      out = graph.multiply(out, blocks.linear(layer, "time_mix_g2", gate));
    }
    return blocks.linear(layer, "time_mix_output", out);
  }

  /// The inputs of r, w, k, v, a and g.
  private Value[] mixed(Source.Layer layer, RwkvShift shift, int width) {
    Tensor shares = layer.weight("time_mix_lerp_fused");
    int count = layer.has("time_mix_g1") ? 6 : 5;
    Value[] mixed = new Value[count];
    for (int i = 0; i < count; i++) {
      mixed[i] = shift.mix(graph, Derived.part(shares, i * width, width));
    }
    return mixed;
  }

  /// `exp(-e^-0.5 * sigmoid(w))`.
  private Value decay(Source.Layer layer, Value in) {
    Value w = graph.activate(low(layer, "w", in, Activation.TANH), Activation.SIGMOID);
    return graph.activate(graph.scale(w, SLOWEST_DECAY), Activation.EXP);
  }

  private Value value(Source.Layer layer, Value in) {
    Value own = blocks.linear(layer, "time_mix_value", in);
    Value first = firstValue;
    if (first == null) {
      firstValue = own;
      return own;
    }
    Value share = graph.activate(low(layer, "v", in, Activation.IDENTITY), Activation.SIGMOID);
    return graph.add(own, graph.multiply(graph.subtract(first, own), share));
  }

  /// `base + second · kind(first · in)`.
  private Value low(Source.Layer layer, String which, Value in, Activation kind) {
    String name = "time_mix_" + which;
    Value low = graph.activate(blocks.linear(layer, name + "1", in), kind);
    return graph.addWeight(blocks.linear(layer, name + "2", low), layer.weight(name + "0"));
  }
}
