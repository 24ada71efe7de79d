package mneme.graph;

import static mneme.graph.Shapes.check;
import static mneme.graph.Shapes.checkDivides;
import static mneme.graph.Shapes.checkHolds;
import static mneme.graph.Shapes.checkRuns;
import static mneme.graph.Shapes.checkWidth;

import java.util.ArrayList;
import java.util.List;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// The ops of a graph that remember nothing: each makes a row from rows of the same token. Written
/// by [GraphBuilder], which adds those that remember.
abstract sealed class RowWriter permits GraphBuilder {
  private final List<Op> ops = new ArrayList<>();
  private int values;

  public Value embed(Tensor table) {
    return put(new Op.Embed(table, next(table.columns())));
  }

  public Value given(int width) {
    return put(new Op.Given(next(width)));
  }

  public Value rmsNorm(Value in, @Nullable Tensor weight, float epsilon) {
    return rmsNorm(in, weight, epsilon, in.width());
  }

  public Value rmsNorm(Value in, @Nullable Tensor weight, float epsilon, int group) {
    checkRuns(in, weight, group);
    return put(new Op.RmsNorm(in, weight, epsilon, group, next(in.width())));
  }

  public Value layerNorm(
      Value in, @Nullable Tensor weight, @Nullable Tensor bias, float epsilon, int group) {
    checkRuns(in, weight, group);
    checkRuns(in, bias, group);
    return put(new Op.LayerNorm(in, weight, bias, epsilon, group, next(in.width())));
  }

  public Value l2Norm(Value in, float epsilon, int group) {
    checkRuns(in, null, group);
    return put(new Op.L2Norm(in, epsilon, group, next(in.width())));
  }

  public Value matMul(Tensor weight, Value in) {
    return matMul(weight, in, null);
  }

  public Value matMul(Tensor weight, Value in, @Nullable Tensor bias) {
    check(weight.columns() == in.width(), weight, "takes " + in.width() + " inputs");
    int rows = Math.toIntExact(weight.elements() / weight.columns());
    if (bias != null) {
      checkHolds(bias, rows);
    }
    return put(new Op.MatMul(weight, in, bias, next(rows)));
  }

  public Value blockMatMul(Tensor weight, Value in) {
    long inputs = (long) weight.columns() * weight.matrices();
    check(inputs == in.width(), weight, "takes " + in.width() + " inputs over all its blocks");
    return put(
        new Op.BlockMatMul(weight, in, next(Math.multiplyExact(weight.rows(), weight.matrices()))));
  }

  public Value sumRuns(Value in, int group) {
    checkDivides(group, in.width());
    return put(new Op.SumRuns(in, group, next(in.width() / group)));
  }

  public Value add(Value left, Value right) {
    checkDivides(right.width(), left.width());
    return put(new Op.Add(left, right, next(left.width())));
  }

  public Value subtract(Value left, Value right) {
    return add(left, scale(right, -1));
  }

  public Value multiply(Value left, Value right) {
    checkDivides(right.width(), left.width());
    return put(new Op.Multiply(left, right, next(left.width())));
  }

  public Value scale(Value in, float factor) {
    return factor == 1 ? in : put(new Op.Scale(in, factor, next(in.width())));
  }

  public Value addWeight(Value in, Tensor weight) {
    checkDivides(Math.toIntExact(weight.elements()), in.width());
    return put(new Op.AddWeight(in, weight, next(in.width())));
  }

  public Value multiplyWeight(Value in, Tensor weight) {
    checkDivides(Math.toIntExact(weight.elements()), in.width());
    return put(new Op.MultiplyWeight(in, weight, next(in.width())));
  }

  public Value activate(Value in, Activation kind) {
    return kind == Activation.IDENTITY ? in : put(new Op.Activate(in, kind, next(in.width())));
  }

  public Value softcap(Value in, float cap) {
    return cap == 0 ? in : put(new Op.Softcap(in, cap, next(in.width())));
  }

  public Value gated(Activation kind, Value gate, Value up) {
    checkWidth(gate, up.width());
    return put(new Op.Gated(kind, gate, up, next(up.width())));
  }

  public Value clampedGated(Value gate, Value up, float alpha, float limit) {
    checkWidth(gate, up.width());
    return put(new Op.ClampedGated(gate, up, alpha, limit, next(up.width())));
  }

  /// The columns `[offset, offset + width)`.
  public Value columns(Value in, int offset, int width) {
    return columns(in, offset, width, width, 1);
  }

  public Value columns(Value in, int offset, int stride, int width, int count) {
    if (offset < 0 || width < 1 || (long) offset + (count - 1L) * stride + width > in.width()) {
      throw new ModelFormatException(
          "columns %d + %d * %d + %d do not lie in a row of %d"
              .formatted(offset, count - 1, stride, width, in.width()));
    }
    return put(new Op.Columns(in, offset, stride, width, count, next(width * count)));
  }

  public Value concat(Value left, Value right, int count) {
    checkDivides(count, left.width());
    checkDivides(count, right.width());
    return put(new Op.Concat(left, right, count, next(left.width() + right.width())));
  }

  public Value rope(Value in, RopeSpec spec) {
    checkDivides(spec.headWidth(), in.width());
    return put(new Op.Rope(in, spec, next(in.width())));
  }

  public Value route(Value logits, RouteSpec spec) {
    checkWidth(logits, spec.experts());
    if (spec.bias() != null) {
      checkHolds(spec.bias(), spec.experts());
    }
    return put(new Op.Route(logits, spec, next(2 * spec.chosen())));
  }

  public Value expertMatMul(Tensor weight, @Nullable Tensor bias, Value in, Value route) {
    int chosen = route.width() / 2;
    check(
        weight.columns() == in.width() || weight.columns() * chosen == in.width(),
        weight,
        "takes " + in.width() + " inputs");
    if (bias != null) {
      checkHolds(bias, (long) weight.rows() * weight.matrices());
    }
    Value out = next(Math.multiplyExact(weight.rows(), chosen));
    return put(new Op.ExpertMatMul(weight, bias, in, route, chosen, out));
  }

  public Value combine(Value in, Value route) {
    int chosen = route.width() / 2;
    checkDivides(chosen, in.width());
    return put(new Op.Combine(in, route, chosen, next(in.width() / chosen)));
  }

  public Value outputRows(Value in) {
    return put(new Op.OutputRows(in, next(in.width())));
  }

  /// What was written so far.
  final List<Op> ops() {
    return ops;
  }

  /// How many values there are.
  final int values() {
    return values;
  }

  final Value next(int width) {
    return new Value(values++, width);
  }

  final Value put(Op op) {
    ops.add(op);
    return op.out();
  }
}
