package mneme.model;

import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.LinearScanSpec;
import mneme.graph.Value;

/// Time mixing of RWKV-6 (arXiv 2404.05892): shares and decays that depend on the data. Layers
/// without `time_mix_first` are the gated linear attention of QRWKV-6: no bonus, no group norm,
/// grouped keys.
public final class Rwkv6Mix {
  /// Of the group norm, whatever the file says of the other norms.
  public static final float GROUP_EPSILON = 64e-5f;

  private final Blocks blocks;
  private final Source.Layer layer;
  private final GraphBuilder graph;
  private final int headWidth;

  public Rwkv6Mix(Blocks blocks, Source.Layer layer) {
    this.blocks = blocks;
    this.layer = layer;
    this.graph = blocks.graph();
    this.headWidth = blocks.source().positive("wkv.head_size");
  }

  /// The mixed row, before anything is added to the residual.
  public Value write(Value in) {
    int width = in.width();
    int heads = width / headWidth;
    RwkvShift shift = RwkvShift.of(graph, in);
    Value shares = shares(shift);
    Value w = shift.mix(graph, graph.columns(shares, 0, width));
    Value k = shift.mix(graph, graph.columns(shares, width, width));
    Value v = shift.mix(graph, graph.columns(shares, 2 * width, width));
    Value r = shift.mix(graph, graph.columns(shares, 3 * width, width));
    Value g = shift.mix(graph, graph.columns(shares, 4 * width, width));
    Tensor bonus = layer.find("time_mix_first.weight");
    Value decay = decay(w);
    Value key = grouped(blocks.linear(layer, "time_mix_key", k), heads);
    Value value = grouped(blocks.linear(layer, "time_mix_value", v), heads);
    Value query = blocks.linear(layer, "time_mix_receptance", r);
    boolean isGatedAttention = bonus == null;
    float scale = isGatedAttention ? (float) (1 / Math.sqrt(headWidth)) : 1;
    if (isGatedAttention) {
      key = graph.subtract(key, graph.multiply(key, decay));
    }
    Value out =
        graph.linearScan(
            new MatrixInputs(query, key, value),
            decay,
            new LinearScanSpec(heads, scale, bonus, null));
    Tensor norm = layer.find("time_mix_ln.weight");
    if (norm != null) {
      out = graph.layerNorm(out, norm, layer.bias("time_mix_ln"), GROUP_EPSILON, headWidth);
    }
    Value gated =
        graph.gated(
            isGatedAttention ? Activation.SIGMOID : Activation.SILU,
            blocks.linear(layer, "time_mix_gate", g),
            out);
    return blocks.linear(layer, "time_mix_output", gated);
  }

  /// How much of the token before goes into w, k, v, r and g.
  private Value shares(RwkvShift shift) {
    Value x = shift.mix(graph, layer.weight("time_mix_lerp_x"));
    Value low = graph.activate(blocks.linear(layer, "time_mix_w1", x), Activation.TANH);
    Value shares = graph.blockMatMul(layer.weight("time_mix_w2"), low);
    return graph.addWeight(shares, layer.weight("time_mix_lerp_fused"));
  }

  /// `exp(-exp(w))`.
  private Value decay(Value in) {
    Value low = graph.activate(blocks.linear(layer, "time_mix_decay_w1", in), Activation.TANH);
    Value w =
        graph.addWeight(
            blocks.linear(layer, "time_mix_decay_w2", low), layer.weight("time_mix_decay"));
    return graph.activate(graph.scale(graph.activate(w, Activation.EXP), -1), Activation.EXP);
  }

  private Value grouped(Value in, int heads) {
    int runs = in.width() / headWidth;
    return blocks.repeatEach(in, runs, heads / runs);
  }
}
