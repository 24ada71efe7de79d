package mneme.device.opencl;

import mneme.device.DeviceException;
import mneme.device.opencl.ClProgram.Step;
import mneme.format.Encoding;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// Launches the kernels of `memory.cl`.
final class MemoryOps {
  private static final int ITEMS = 32;
  private static final int MAX_VALUE_WIDTH = 32 * ITEMS;
  private static final int MAX_TAPS = 16;

  private final ClKernels kernels;
  private final ClWeights weights;
  private final StepTables tables;
  private final Graph graph;
  private final MemoryPlan plan;

  MemoryOps(ClKernels kernels, ClWeights weights, StepTables tables, Graph graph, MemoryPlan plan) {
    this.kernels = kernels;
    this.weights = weights;
    this.tables = tables;
    this.graph = graph;
    this.plan = plan;
  }

  /// @throws DeviceException kind FAILED if the op is too large for its kernel
  void check(Op.Stateful op) {
    if (op instanceof Op.Attention attention && valueWidth(attention) > MAX_VALUE_WIDTH) {
      throw tooLarge("attention", "values of " + valueWidth(attention), MAX_VALUE_WIDTH);
    }
    if (op instanceof Op.ShortConv conv && conv.weight().columns() > MAX_TAPS) {
      throw tooLarge("a short convolution", conv.weight().columns() + " taps", MAX_TAPS);
    }
  }

  private static DeviceException tooLarge(String op, String has, int most) {
    return new DeviceException(
        DeviceException.Kind.FAILED,
        "%s has %s; the OpenCL kernel takes at most %d".formatted(op, has, most));
  }

  void run(Op.Stateful op, Step step) {
    switch (op) {
      case Op.Attention o -> attention(o, step);
      case Op.ShortConv o ->
          scan("short_conv", o, step, o.in(), o.out())
              .buffer(weights.vector(o.weight()))
              .buffer(weights.vector(o.bias()))
              .number(o.in().width())
              .number(o.weight().columns())
              .number(RowOps.number(o.kind()))
              .flag(o.bias() != null)
              .each(o.in().width(), step.spans());
      case Op.Shift o ->
          scan("shift", o, step, o.in(), o.out())
              .number(o.in().width())
              .each(o.in().width(), step.spans());
      case Op.SelectiveScan o ->
          scan("selective_scan", o, step, o.x(), o.step(), o.b(), o.c(), o.out())
              .buffer(weights.vector(o.a()))
              .buffer(weights.vector(o.d()))
              .number(o.x().width())
              .number(o.b().width())
              .each(o.x().width(), step.spans());
      case Op.HeadScan o -> headScan(o, step);
      case Op.LinearScan o -> linearScan(o, step);
      case Op.DeltaScan o ->
          scan(
                  "delta_scan",
                  o,
                  step,
                  o.query(),
                  o.key(),
                  o.value(),
                  o.decay(),
                  o.removed(),
                  o.replaced(),
                  o.out())
              .number(o.heads())
              .number(o.key().width() / o.heads())
              .number(o.value().width() / o.heads())
              .number(o.decay().width())
              .each(o.value().width(), step.spans());
      case Op.GatedRecurrence o ->
          scan("gated_recurrence", o, step, o.x(), o.inputGate(), o.recurrenceGate(), o.out())
              .buffer(weights.vector(o.weight()))
              .number(o.x().width())
              .each(o.x().width(), step.spans());
      case Op.MatrixLstm o -> matrixLstm(o, step);
      case Op.ScalarLstm o -> scalarLstm(o, step);
      case Op.ChannelWkv o ->
          scan("channel_wkv", o, step, o.key(), o.value(), o.out())
              .buffer(weights.vector(o.decay()))
              .buffer(weights.vector(o.first()))
              .number(o.key().width())
              .each(o.key().width(), step.spans());
    }
  }

  /// A kernel with its values and the tables that every scan reads.
  private ClCall scan(String kernel, Op.Stateful op, Step step, Value... values) {
    ClCall call = kernels.memory(kernel).buffer(step.scratch());
    for (Value value : values) {
      call.at(step.at(value));
    }
    return spans(call, op, step);
  }

  private ClCall spans(ClCall call, Op.Stateful op, Step step) {
    var place = (MemoryPlan.Place.InBlock) plan.places().get(op.need());
    return call.buffer(step.pool())
        .buffer(tables.firstRows())
        .buffer(tables.lengths())
        .buffer(tables.starts())
        .buffer(tables.states(place.state()));
  }

  private void headScan(Op.HeadScan op, Step step) {
    HeadScanSpec spec = op.spec();
    scan("head_scan", op, step, op.x(), op.dt(), op.b(), op.c(), op.out())
        .buffer(weights.vector(spec.a()))
        .buffer(weights.vector(spec.d()))
        .buffer(weights.vector(spec.dtBias()))
        .number(spec.heads())
        .number(spec.headWidth())
        .number(spec.stateWidth())
        .number(spec.groups())
        .flag(spec.d() != null)
        .each(op.x().width(), step.spans());
  }

  private void linearScan(Op.LinearScan op, Step step) {
    LinearScanSpec spec = op.spec();
    Value decay = op.decay() == null ? op.query() : op.decay();
    scan("linear_scan", op, step, op.query(), op.key(), op.value(), decay, op.out())
        .buffer(weights.vector(spec.bonus()))
        .buffer(weights.vector(spec.decay()))
        .number(spec.heads())
        .number(op.key().width() / spec.heads())
        .number(op.value().width() / spec.heads())
        .number(decay.width())
        .number(spec.scale())
        .flag(spec.bonus() != null)
        .flag(spec.decay() != null)
        .each(op.value().width(), step.spans());
  }

  private void matrixLstm(Op.MatrixLstm op, Step step) {
    int keyWidth = op.key().width() / op.heads();
    int valueWidth = op.value().width() / op.heads();
    ClCall gates =
        kernels
            .memory("matrix_lstm_gates")
            .buffer(step.scratch())
            .at(step.at(op.query()))
            .at(step.at(op.key()))
            .at(step.at(op.inputGate()))
            .at(step.at(op.forgetGate()))
            .at(step.work());
    spans(gates, op, step)
        .number(op.heads())
        .number(keyWidth)
        .number(valueWidth)
        .number(op.epsilon())
        .each(op.heads(), step.spans());
    ClCall columns =
        kernels
            .memory("matrix_lstm")
            .buffer(step.scratch())
            .at(step.at(op.query()))
            .at(step.at(op.key()))
            .at(step.at(op.value()))
            .at(step.work())
            .at(step.at(op.out()));
    spans(columns, op, step)
        .number(op.heads())
        .number(keyWidth)
        .number(valueWidth)
        .each(op.value().width(), step.spans());
  }

  private void scalarLstm(Op.ScalarLstm op, Step step) {
    int headWidth = op.out().width() / op.heads();
    scan("scalar_lstm", op, step, op.gates(), op.out())
        .buffer(weights.vector(op.recurrent()))
        .buffer(weights.vector(op.bias()))
        .local(4L * headWidth)
        .number(op.heads())
        .number(headWidth)
        .groups(op.heads(), ITEMS, step.spans());
  }

  private void attention(Op.Attention op, Step step) {
    var kv = (MemoryNeed.Kv) graph.needs().get(op.need());
    var place = (MemoryPlan.Place.InPage) plan.places().get(op.need());
    Encoding keys = plan.encoding().keys();
    Encoding values = plan.encoding().values();
    if (op.key() != null) {
      keep(new Half(op.key(), kv.keyWidth(), place.keysAt(), keys), kv, place.group(), step);
    }
    if (op.value() != null && kv.valueWidth() > 0) {
      keep(
          new Half(op.value(), kv.valueWidth(), place.valuesAt(), values), kv, place.group(), step);
    }
    attend(op, kv, place, step);
  }

  /// Keys or values of a step on their way into the cache.
  private record Half(Value from, int width, long at, Encoding encoding) {}

  private void keep(Half half, MemoryNeed.Kv kv, int group, Step step) {
    kernels
        .memory("keep")
        .buffer(step.scratch())
        .at(step.at(half.from()))
        .buffer(step.pool())
        .buffer(tables.spans())
        .buffer(tables.positions())
        .buffer(tables.firstPages(group))
        .buffer(tables.lists(group))
        .buffer(tables.pages())
        .number(step.rows())
        .number(kv.heads())
        .number(half.width())
        .number(plan.pageTokens())
        .at(half.at())
        .number(KvEncoding.rowBytes(half.encoding(), half.width()))
        .number(half.encoding().ggufId())
        .each((long) step.rows() * kv.heads() * ((half.width() + 31) / 32), 1);
  }

  private void attend(Op.Attention op, MemoryNeed.Kv kv, MemoryPlan.Place.InPage place, Step step) {
    AttentionSpec spec = op.spec();
    boolean latent = kv.valueWidth() == 0;
    Encoding keys = plan.encoding().keys();
    Encoding values = latent ? keys : plan.encoding().values();
    int rowWidth = latent ? kv.keyWidth() : kv.valueWidth();
    kernels
        .memory("attend")
        .buffer(step.scratch())
        .at(step.at(op.query()))
        .at(step.at(op.out()))
        .buffer(step.pool())
        .buffer(tables.spans())
        .buffer(tables.positions())
        .buffer(tables.firstPages(place.group()))
        .buffer(tables.lists(place.group()))
        .buffer(tables.pages())
        .buffer(weights.vector(spec.sinks()))
        .local(4L * plan.pageTokens())
        .number(kv.heads())
        .number(spec.queryHeads())
        .number(kv.keyWidth())
        .number(valueWidth(op))
        .number(plan.pageTokens())
        .number(kv.windowTokens())
        .at(place.keysAt())
        .number(KvEncoding.rowBytes(keys, kv.keyWidth()))
        .number(keys.ggufId())
        .at(latent ? place.keysAt() : place.valuesAt())
        .number(KvEncoding.rowBytes(values, rowWidth))
        .number(values.ggufId())
        .number(rowWidth)
        .number(spec.scale())
        .number(spec.softcap())
        .flag(spec.sinks() != null)
        .groups(spec.queryHeads(), ITEMS, step.rows());
  }

  private int valueWidth(Op.Attention op) {
    var kv = (MemoryNeed.Kv) graph.needs().get(op.need());
    return kv.valueWidth() == 0 ? op.spec().latentValueWidth() : kv.valueWidth();
  }
}
