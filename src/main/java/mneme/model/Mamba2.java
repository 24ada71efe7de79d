package mneme.model;

import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.StepInputs;
import mneme.graph.HeadScanSpec;
import mneme.graph.Value;

/// The mixer of Mamba-2 (arXiv 2405.21060). The gate multiplies before the grouped norm; layers
/// without `ssm_norm` have the gate only.
public final class Mamba2 {
  private final Blocks blocks;
  private final int inner;
  private final int stateWidth;
  private final int heads;
  private final int groups;

  public Mamba2(Blocks blocks) {
    Source source = blocks.source();
    this.blocks = blocks;
    this.inner = source.positive("ssm.inner_size");
    this.stateWidth = source.positive("ssm.state_size");
    this.heads = source.positive("ssm.time_step_rank");
    this.groups = source.positive("ssm.group_count");
    if (inner % heads != 0 || inner % groups != 0) {
      throw new ModelFormatException(
          "inner size %d does not divide into %d heads and %d groups"
              .formatted(inner, heads, groups));
    }
  }

  public Value write(Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int shared = groups * stateWidth;
    Value all = blocks.linear(layer, "ssm_in", in);
    Value gate = graph.columns(all, 0, inner);
    Value step = graph.columns(all, 2 * inner + 2 * shared, heads);
    Value xbc =
        graph.shortConv(
            graph.columns(all, inner, inner + 2 * shared),
            layer.weight("ssm_conv1d"),
            layer.bias("ssm_conv1d"),
            Activation.SILU);
    Value y =
        graph.headScan(
            new StepInputs(
                graph.columns(xbc, 0, inner),
                step,
                graph.columns(xbc, inner, shared),
                graph.columns(xbc, inner + shared, shared)),
            new HeadScanSpec(
                heads,
                inner / heads,
                stateWidth,
                groups,
                layer.plain("ssm_a"),
                layer.plain("ssm_d"),
                layer.plain("ssm_dt.bias")));
    y = graph.gated(Activation.SILU, gate, y);
    Tensor norm = layer.find("ssm_norm.weight");
    if (norm != null) {
      y = graph.rmsNorm(y, norm, blocks.epsilon(), inner / groups);
    }
    return blocks.linear(layer, "ssm_out", y);
  }
}
