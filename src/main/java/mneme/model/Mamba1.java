package mneme.model;

import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.StepInputs;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// The mixer of Mamba-1 (arXiv 2312.00752). FalconMamba norms step, B and C without weights, Jamba
/// with weights.
public final class Mamba1 {
  private final Blocks blocks;
  private final int inner;
  private final int stateWidth;
  private final int stepRank;
  private final boolean hasPlainNorms;

  public Mamba1(Blocks blocks) {
    Source source = blocks.source();
    this.blocks = blocks;
    this.inner = source.positive("ssm.inner_size");
    this.stateWidth = source.positive("ssm.state_size");
    this.stepRank = source.positive("ssm.time_step_rank");
    this.hasPlainNorms = source.flag("ssm.dt_b_c_rms", false);
  }

  public Value write(Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    Value both = blocks.linear(layer, "ssm_in", in);
    Value gate = graph.columns(both, inner, inner);
    Value x =
        graph.shortConv(
            graph.columns(both, 0, inner),
            layer.weight("ssm_conv1d"),
            layer.bias("ssm_conv1d"),
            Activation.SILU);
    Value stepBc = blocks.linear(layer, "ssm_x", x);
    Value step = norm(layer, "ssm_dt_norm", graph.columns(stepBc, 0, stepRank));
    Value b = norm(layer, "ssm_b_norm", graph.columns(stepBc, stepRank, stateWidth));
    Value c = norm(layer, "ssm_c_norm", graph.columns(stepBc, stepRank + stateWidth, stateWidth));
    step = graph.activate(blocks.linear(layer, "ssm_dt", step), Activation.SOFTPLUS);
    Value y =
        graph.selectiveScan(
            new StepInputs(x, step, b, c), layer.plain("ssm_a"), layer.plain("ssm_d"));
    return blocks.linear(layer, "ssm_out", graph.gated(Activation.SILU, gate, y));
  }

  private Value norm(Source.Layer layer, String name, Value in) {
    @Nullable Tensor weight = layer.find(name + ".weight");
    return weight == null && !hasPlainNorms
        ? in
        : blocks.graph().rmsNorm(in, weight, blocks.epsilon());
  }
}
