package mneme.graph;

import java.util.ArrayList;
import java.util.List;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.memory.MemoryNeed;
import org.jspecify.annotations.Nullable;

/// Writes a graph, op by op; each method returns the value that its op defines. Shapes are checked
/// here, so a file whose tensors do not fit is refused before anything is computed.
public final class GraphBuilder {
  private final List<Op> ops = new ArrayList<>();
  private final List<MemoryNeed> needs = new ArrayList<>();
  private int values;

  /// Declares something to remember; the result is what stateful ops take as `need`.
  public int need(MemoryNeed need) {
    needs.add(need);
    return needs.size() - 1;
  }

  public Value embed(Tensor table) {
    return put(new Op.Embed(table, next(table.columns())));
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
    int rows = Math.toIntExact(weight.elements() / weight.columns());
    check(weight.columns() == in.width(), weight, "takes " + in.width() + " inputs");
    if (bias != null) {
      check(bias.elements() == rows, bias, "has " + rows + " numbers");
    }
    return put(new Op.MatMul(weight, in, bias, next(rows)));
  }

  public Value add(Value left, Value right) {
    checkDivides(right.width(), left.width());
    return put(new Op.Add(left, right, next(left.width())));
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
    return put(new Op.Activate(in, kind, next(in.width())));
  }

  public Value softcap(Value in, float cap) {
    return cap == 0 ? in : put(new Op.Softcap(in, cap, next(in.width())));
  }

  public Value gated(Activation kind, Value gate, Value up) {
    checkSame(gate, up);
    return put(new Op.Gated(kind, gate, up, next(up.width())));
  }

  /// The columns `[offset, offset + width)`.
  public Value columns(Value in, int offset, int width) {
    return columns(in, offset, width, width, 1);
  }

  public Value columns(Value in, int offset, int stride, int width, int count) {
    if (offset < 0 || width < 1 || offset + (count - 1) * stride + width > in.width()) {
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

  /// Attention over the cache of `need`; `key` and `value` null read another layer's cache.
  public Value attention(
      int need, Value query, @Nullable Value key, @Nullable Value value, AttentionSpec spec) {
    if (!(needs.get(need) instanceof MemoryNeed.Kv kv)) {
      throw new IllegalArgumentException("need " + need + " is no KV cache");
    }
    if (query.width() != spec.queryHeads() * kv.keyWidth()) {
      throw new ModelFormatException(
          "%d query heads of %d do not make a row of %d"
              .formatted(spec.queryHeads(), kv.keyWidth(), query.width()));
    }
    int valueWidth = kv.valueWidth() == 0 ? spec.latentValueWidth() : kv.valueWidth();
    Value out = next(spec.queryHeads() * valueWidth);
    return put(new Op.Attention(need, query, key, value, spec, out));
  }

  public Value shortConv(
      int need, Value in, Tensor weight, @Nullable Tensor bias, Activation kind) {
    long channels = weight.elements() / weight.columns();
    check(channels == in.width(), weight, "has " + in.width() + " channels");
    return put(new Op.ShortConv(need, in, weight, bias, kind, next(in.width())));
  }

  public Value selectiveScan(SelectiveScanInputs in, Tensor a, Tensor d) {
    Value out = next(in.x().width());
    return put(new Op.SelectiveScan(in.need(), in.x(), in.step(), in.b(), in.c(), a, d, out));
  }

  public Value headScan(HeadScanInputs in, HeadScanSpec spec) {
    Value out = next(in.x().width());
    return put(new Op.HeadScan(in.need(), in.x(), in.dt(), in.b(), in.c(), spec, out));
  }

  public Value route(Value logits, RouteSpec spec) {
    return put(new Op.Route(logits, spec, next(2 * spec.chosen())));
  }

  public Value expertMatMul(Tensor weight, @Nullable Tensor bias, Value in, Value route) {
    int chosen = route.width() / 2;
    check(
        weight.columns() == in.width() || weight.columns() * chosen == in.width(),
        weight,
        "takes " + in.width() + " inputs");
    Value out = next(weight.rows() * chosen);
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

  public Graph build() {
    return new Graph(ops, needs, values);
  }

  /// Inputs of [#selectiveScan].
  public record SelectiveScanInputs(int need, Value x, Value step, Value b, Value c) {}

  /// Inputs of [#headScan].
  public record HeadScanInputs(int need, Value x, Value dt, Value b, Value c) {}

  private Value next(int width) {
    return new Value(values++, width);
  }

  private Value put(Op op) {
    ops.add(op);
    return op.out();
  }

  private static void checkRuns(Value in, @Nullable Tensor weight, int group) {
    checkDivides(group, in.width());
    if (weight != null) {
      long elements = weight.elements();
      check(elements == group || elements == in.width(), weight, "has " + group + " numbers");
    }
  }

  private static void checkSame(Value left, Value right) {
    if (left.width() != right.width()) {
      throw new ModelFormatException(
          "rows of " + left.width() + " and " + right.width() + " do not match");
    }
  }

  private static void checkDivides(int part, int whole) {
    if (part < 1 || whole % part != 0) {
      throw new ModelFormatException("rows of " + whole + " do not divide into " + part);
    }
  }

  private static void check(boolean holds, Tensor tensor, String wanted) {
    if (!holds) {
      throw new ModelFormatException(
          "tensor '"
              + tensor.name()
              + "' has dims "
              + tensor.dims()
              + "; wanted one that "
              + wanted);
    }
  }
}
