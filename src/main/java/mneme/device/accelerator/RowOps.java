package mneme.device.accelerator;

import mneme.device.DeviceException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Op;
import mneme.graph.RopeSpec;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// Launches the kernels of `rows.kernel`. The numbers of operations and kinds are those of its
/// text.
final class RowOps {
  /// Columns from which on a norm takes a large work-group.
  private static final int WIDE = 512;

  private static final int MAX_EXPERTS = 1024;
  private static final int MAX_CHOSEN = 64;

  private static final int RMS = 0;
  private static final int LAYER = 1;
  private static final int L2 = 2;
  private static final int ADD = 0;
  private static final int MULTIPLY = 1;
  private static final int GATED = 2;
  private static final int CLAMPED = 3;
  private static final int SCALE = 0;
  private static final int ACTIVATE = 1;
  private static final int SOFTCAP = 2;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;

  RowOps(Accelerator accelerator, Weights weights, StepTables tables) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
  }

  /// @throws DeviceException kind FAILED if the op is too large for its kernel
  static void check(Op.Route op) {
    if (op.spec().experts() > MAX_EXPERTS || op.spec().chosen() > MAX_CHOSEN) {
      throw new DeviceException(
          DeviceException.Kind.FAILED,
          "a route has %d experts and takes %d; its kernel has room for %d and %d"
              .formatted(op.spec().experts(), op.spec().chosen(), MAX_EXPERTS, MAX_CHOSEN));
    }
  }

  void run(Op op, Step step) {
    switch (op) {
      case Op.RmsNorm o ->
          norm(new Norm(RMS, o.in(), o.out(), o.weight(), null, o.epsilon(), o.group()), step);
      case Op.LayerNorm o ->
          norm(
              new Norm(LAYER, o.in(), o.out(), o.weight(), o.bias(), o.epsilon(), o.group()), step);
      case Op.L2Norm o ->
          norm(new Norm(L2, o.in(), o.out(), null, null, o.epsilon(), o.group()), step);
      case Op.Add o -> pair(new Pair(ADD, o.left(), o.right(), o.out()), step);
      case Op.Multiply o -> pair(new Pair(MULTIPLY, o.left(), o.right(), o.out()), step);
      case Op.Gated o -> pair(new Pair(GATED, o.gate(), o.up(), o.out(), o.kind(), 0, 0), step);
      case Op.ClampedGated o ->
          pair(
              new Pair(
                  CLAMPED, o.gate(), o.up(), o.out(), Activation.IDENTITY, o.alpha(), o.limit()),
              step);
      case Op.AddWeight o -> weigh(ADD, o.in(), o.weight(), o.out(), step);
      case Op.MultiplyWeight o -> weigh(MULTIPLY, o.in(), o.weight(), o.out(), step);
      case Op.Scale o -> single(SCALE, Activation.IDENTITY, o.factor(), o.in(), o.out(), step);
      case Op.Activate o -> single(ACTIVATE, o.kind(), 0, o.in(), o.out(), step);
      case Op.Softcap o -> single(SOFTCAP, Activation.IDENTITY, o.cap(), o.in(), o.out(), step);
      case Op.Columns o -> columns(o, step);
      case Op.Concat o -> concat(o, step);
      case Op.SumRuns o -> sumRuns(o, step);
      case Op.Rope o -> rope(o, step);
      case Op.Route o -> route(o, step);
      case Op.Combine o -> combine(o, step);
      case Op.Embed _, Op.MatMul _, Op.BlockMatMul _, Op.ExpertMatMul _ ->
          throw new IllegalArgumentException(op + " is none of the ops on rows");
      case Op.Given _, Op.OutputRows _ ->
          throw new IllegalArgumentException(op + " is none of the ops on rows");
      case Op.Stateful _ -> throw new IllegalArgumentException(op + " remembers");
    }
  }

  private record Norm(
      int kind,
      Value in,
      Value out,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      float epsilon,
      int group) {}

  private void norm(Norm norm, Step step) {
    accelerator
        .launch(Kernel.rows(norm.group() < WIDE ? "norm" : "wide_norm"))
        .at(step.scratch(), step.at(norm.in()))
        .at(step.scratch(), step.at(norm.out()))
        .at(weights.vector(norm.weight()), 0)
        .at(weights.vector(norm.bias()), 0)
        .number(step.count(norm.in()) / norm.group())
        .number(norm.in().width())
        .number(norm.group())
        .number(length(norm.weight()))
        .number(length(norm.bias()))
        .number(norm.epsilon())
        .number(norm.kind())
        .groups(step.count(norm.in()) / norm.group(), 1);
  }

  private static int length(@Nullable Tensor tensor) {
    return tensor == null ? 0 : Math.toIntExact(tensor.elements());
  }

  private record Pair(
      int op, Value left, Value right, Value out, Activation kind, float alpha, float limit) {
    Pair(int op, Value left, Value right, Value out) {
      this(op, left, right, out, Activation.IDENTITY, 0, 0);
    }
  }

  private void pair(Pair pair, Step step) {
    int count = step.count(pair.out());
    accelerator
        .launch(Kernel.rows("pair"))
        .at(step.scratch(), step.at(pair.left()))
        .at(step.scratch(), step.at(pair.right()))
        .at(step.scratch(), step.at(pair.out()))
        .number(count)
        .number(pair.left().width() / pair.right().width())
        .number(pair.op())
        .number(number(pair.kind()))
        .number(pair.alpha())
        .number(pair.limit())
        .each(count, 1);
  }

  /// The number that stands for `kind` in `curves.kernel`.
  static int number(Activation kind) {
    return switch (kind) {
      case IDENTITY -> 0;
      case SILU -> 1;
      case GELU_TANH -> 2;
      case GELU_ERF -> 3;
      case GELU_QUICK -> 4;
      case RELU -> 5;
      case RELU_SQUARED -> 6;
      case SIGMOID -> 7;
      case TANH -> 8;
      case SOFTPLUS -> 9;
      case EXP -> 10;
    };
  }

  private void weigh(int op, Value in, Tensor weight, Value out, Step step) {
    int count = step.count(out);
    accelerator
        .launch(Kernel.rows("weigh"))
        .at(step.scratch(), step.at(in))
        .at(step.scratch(), step.at(out))
        .at(weights.vector(weight), 0)
        .number(count)
        .number(in.width())
        .number(length(weight))
        .number(op)
        .each(count, 1);
  }

  private void single(int op, Activation kind, float number, Value in, Value out, Step step) {
    int count = step.count(out);
    accelerator
        .launch(Kernel.rows("single"))
        .at(step.scratch(), step.at(in))
        .at(step.scratch(), step.at(out))
        .number(count)
        .number(op)
        .number(number(kind))
        .number(number)
        .each(count, 1);
  }

  private void columns(Op.Columns op, Step step) {
    int count = step.count(op.out());
    accelerator
        .launch(Kernel.rows("columns"))
        .at(step.scratch(), step.at(op.in()))
        .at(step.scratch(), step.at(op.out()))
        .number(count)
        .number(op.in().width())
        .number(op.offset())
        .number(op.stride())
        .number(op.width())
        .number(op.count())
        .each(count, 1);
  }

  private void concat(Op.Concat op, Step step) {
    int count = step.count(op.out());
    accelerator
        .launch(Kernel.rows("concat"))
        .at(step.scratch(), step.at(op.left()))
        .at(step.scratch(), step.at(op.right()))
        .at(step.scratch(), step.at(op.out()))
        .number(count)
        .number(op.left().width() / op.count())
        .number(op.right().width() / op.count())
        .each(count, 1);
  }

  private void sumRuns(Op.SumRuns op, Step step) {
    int count = step.count(op.out());
    accelerator
        .launch(Kernel.rows("sum_runs"))
        .at(step.scratch(), step.at(op.in()))
        .at(step.scratch(), step.at(op.out()))
        .number(count)
        .number(op.group())
        .each(count, 1);
  }

  private void rope(Op.Rope op, Step step) {
    RopeSpec spec = op.spec();
    int count = step.count(op.out());
    Launch launch =
        accelerator
            .launch(Kernel.rows("rope"))
            .at(step.scratch(), step.at(op.in()))
            .at(step.scratch(), step.at(op.out()));
    tables
        .turns(launch, spec)
        .number(count)
        .number(op.in().width())
        .number(spec.headWidth())
        .number(spec.offset())
        .number(spec.rotatedWidth())
        .flag(spec.neighbours())
        .each(count, 1);
  }

  private void route(Op.Route op, Step step) {
    RouteSpec spec = op.spec();
    accelerator
        .launch(Kernel.rows("route"))
        .at(step.scratch(), step.at(op.logits()))
        .at(step.scratch(), step.at(op.out()))
        .at(weights.vector(spec.bias()), 0)
        .number(step.rows())
        .number(spec.experts())
        .number(spec.chosen())
        .number(
            switch (spec.gate()) {
              case SOFTMAX -> 0;
              case SIGMOID -> 1;
              case SOFTMAX_CHOSEN -> 2;
            })
        .flag(spec.bias() != null)
        .flag(spec.normalise())
        .number(spec.factor())
        .number(spec.groups())
        .number(spec.groupsChosen())
        .groups(step.rows(), 1);
  }

  private void combine(Op.Combine op, Step step) {
    int count = step.count(op.out());
    accelerator
        .launch(Kernel.rows("combine"))
        .at(step.scratch(), step.at(op.in()))
        .at(step.scratch(), step.at(op.route()))
        .at(step.scratch(), step.at(op.out()))
        .number(count)
        .number(op.out().width())
        .number(op.chosen())
        .each(count, 1);
  }

  void outputRows(Op.OutputRows op, Step step, int outputs) {
    step.keepRows(outputs);
    int count = step.count(op.out());
    Launch launch =
        accelerator
            .launch(Kernel.rows("output_rows"))
            .at(step.scratch(), step.at(op.in()))
            .at(step.scratch(), step.at(op.out()));
    tables.wanted(launch).number(count).number(op.out().width()).each(count, 1);
  }
}
