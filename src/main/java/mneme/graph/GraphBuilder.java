package mneme.graph;

import static mneme.graph.Shapes.checkDivides;
import static mneme.graph.Shapes.checkHolds;
import static mneme.graph.Shapes.checkWidth;

import java.util.ArrayList;
import java.util.List;
import mneme.format.Tensor;
import mneme.memory.MemoryNeed;
import org.jspecify.annotations.Nullable;

/// Writes a graph, op by op; each method returns the value that its op defines. Shapes are checked
/// here, so a file whose tensors do not fit is refused before anything is computed. An op that
/// keeps a state declares it itself; only KV caches are declared by [#need], because layers may
/// share one.
public final class GraphBuilder extends RowWriter {
  private final List<MemoryNeed> needs = new ArrayList<>();

  /// Declares something to remember; the result, for a KV cache, is what [#attention] takes.
  public int need(MemoryNeed need) {
    needs.add(need);
    return needs.size() - 1;
  }

  /// Attention over the cache of `need`; `key` and `value` null read another layer's cache.
  public Value attention(
      int need, Value query, @Nullable Value key, @Nullable Value value, AttentionSpec spec) {
    if (!(needs.get(need) instanceof MemoryNeed.Kv kv)) {
      throw new IllegalArgumentException("need " + need + " is no KV cache");
    }
    checkDivides(kv.heads(), spec.queryHeads());
    checkWidth(query, spec.queryHeads() * kv.keyWidth());
    if (key != null) {
      checkWidth(key, kv.heads() * kv.keyWidth());
    }
    if (value != null) {
      checkWidth(value, kv.heads() * kv.valueWidth());
    }
    int valueWidth = kv.valueWidth() == 0 ? spec.latentValueWidth() : kv.valueWidth();
    Value out = next(spec.queryHeads() * valueWidth);
    return put(new Op.Attention(need, query, key, value, spec, out));
  }

  public Value shortConv(Value in, Tensor weight, @Nullable Tensor bias, Activation kind) {
    checkHolds(weight, (long) weight.columns() * in.width());
    if (bias != null) {
      checkHolds(bias, in.width());
    }
    int need = state((weight.columns() - 1L) * in.width());
    return put(new Op.ShortConv(need, in, weight, bias, kind, next(in.width())));
  }

  public Value shift(Value in) {
    return put(new Op.Shift(state(in.width()), in, next(in.width())));
  }

  public Value selectiveScan(StepInputs in, Tensor a, Tensor d) {
    int channels = in.x().width();
    checkWidth(in.step(), channels);
    checkWidth(in.b(), a.columns());
    checkWidth(in.c(), a.columns());
    checkHolds(a, (long) a.columns() * channels);
    checkHolds(d, channels);
    int need = state(a.elements());
    return put(new Op.SelectiveScan(need, in.x(), in.step(), in.b(), in.c(), a, d, next(channels)));
  }

  public Value headScan(StepInputs in, HeadScanSpec spec) {
    checkWidth(in.x(), spec.heads() * spec.headWidth());
    checkWidth(in.step(), spec.heads());
    checkWidth(in.b(), spec.groups() * spec.stateWidth());
    checkWidth(in.c(), spec.groups() * spec.stateWidth());
    checkDivides(spec.groups(), spec.heads());
    checkHolds(spec.a(), spec.heads());
    checkHolds(spec.dtBias(), spec.heads());
    int need = state((long) spec.heads() * spec.headWidth() * spec.stateWidth());
    Value out = next(in.x().width());
    return put(new Op.HeadScan(need, in.x(), in.step(), in.b(), in.c(), spec, out));
  }

  public Value linearScan(MatrixInputs in, @Nullable Value decay, LinearScanSpec spec) {
    int need = state(in.stateFloats(spec.heads()));
    checkWidth(in.query(), in.key().width());
    if (decay != null && decay.width() != spec.heads()) {
      checkWidth(decay, in.key().width());
    }
    if (spec.decay() != null) {
      checkHolds(spec.decay(), spec.heads());
    }
    if (spec.bonus() != null) {
      checkHolds(spec.bonus(), in.key().width());
    }
    Value out = next(in.value().width());
    return put(new Op.LinearScan(need, in.query(), in.key(), in.value(), decay, spec, out));
  }

  public Value deltaScan(MatrixInputs in, DeltaInputs delta, int heads) {
    int need = state(in.stateFloats(heads));
    for (Value same : List.of(in.query(), delta.removed(), delta.replaced())) {
      checkWidth(same, in.key().width());
    }
    if (delta.decay().width() != heads) {
      checkWidth(delta.decay(), in.key().width());
    }
    return put(
        new Op.DeltaScan(
            need,
            in.query(),
            in.key(),
            in.value(),
            delta.decay(),
            delta.removed(),
            delta.replaced(),
            heads,
            next(in.value().width())));
  }

  public Value gatedRecurrence(Value x, Value inputGate, Value recurrenceGate, Tensor weight) {
    checkWidth(inputGate, x.width());
    checkWidth(recurrenceGate, x.width());
    checkHolds(weight, x.width());
    int need = state(x.width());
    return put(new Op.GatedRecurrence(need, x, inputGate, recurrenceGate, weight, next(x.width())));
  }

  public Value matrixLstm(MatrixInputs in, Value inputGate, Value forgetGate, float epsilon) {
    int heads = inputGate.width();
    checkWidth(forgetGate, heads);
    checkWidth(in.query(), in.key().width());
    int need = state(in.stateFloats(heads) + in.key().width() + heads);
    Value out = next(in.value().width());
    return put(
        new Op.MatrixLstm(
            need, in.query(), in.key(), in.value(), inputGate, forgetGate, heads, epsilon, out));
  }

  public Value scalarLstm(Value gates, Tensor recurrent, Tensor bias, int heads) {
    checkDivides(4 * heads, gates.width());
    int width = gates.width() / 4;
    checkHolds(recurrent, 4L * width * (width / heads));
    checkHolds(bias, gates.width());
    return put(new Op.ScalarLstm(state(4L * width), gates, recurrent, bias, heads, next(width)));
  }

  public Value channelWkv(Value key, Value value, Tensor decay, Tensor first) {
    checkWidth(value, key.width());
    checkHolds(decay, key.width());
    checkHolds(first, key.width());
    int need = state(3L * key.width());
    return put(new Op.ChannelWkv(need, key, value, decay, first, next(key.width())));
  }

  public Graph build() {
    return new Graph(ops(), needs, values());
  }

  /// Inputs of [#selectiveScan] and [#headScan].
  public record StepInputs(Value x, Value step, Value b, Value c) {}

  /// Inputs of the ops whose state is a matrix a head.
  public record MatrixInputs(Value query, Value key, Value value) {
    long stateFloats(int heads) {
      checkDivides(heads, key.width());
      checkDivides(heads, value.width());
      return (long) key.width() * (value.width() / heads);
    }
  }

  /// What makes a [Op.DeltaScan] forget and replace.
  public record DeltaInputs(Value decay, Value removed, Value replaced) {}

  private int state(long floats) {
    return need(new MemoryNeed.State(floats));
  }
}
