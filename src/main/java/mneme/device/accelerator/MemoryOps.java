package mneme.device.accelerator;

import mneme.device.DeviceException;
import mneme.format.Encoding;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// Launches the kernels of `memory.kernel`.
final class MemoryOps {
  private static final int MAX_VALUE_WIDTH = 1024;
  private static final int MAX_TAPS = 16;
  private static final int MAX_HEAD_WIDTH = 2048;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;
  private final Graph graph;
  private final MemoryPlan plan;

  MemoryOps(
      Accelerator accelerator, Weights weights, StepTables tables, Graph graph, MemoryPlan plan) {
    this.accelerator = accelerator;
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
    if (op instanceof Op.ScalarLstm lstm && lstm.out().width() / lstm.heads() > MAX_HEAD_WIDTH) {
      throw tooLarge("an sLSTM", "heads of " + lstm.out().width() / lstm.heads(), MAX_HEAD_WIDTH);
    }
  }

  private static DeviceException tooLarge(String op, String has, int most) {
    return new DeviceException(
        DeviceException.Kind.FAILED,
        "%s has %s; its kernel takes at most %d".formatted(op, has, most));
  }

  void run(Op.Stateful op, Step step) {
    switch (op) {
      case Op.Attention o -> attention(o, step);
      case Op.ShortConv o ->
          scan("short_conv", o, step, o.in(), o.out())
              .at(weights.vector(o.weight()), 0)
              .at(weights.vector(o.bias()), 0)
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
              .at(weights.vector(o.a()), 0)
              .at(weights.vector(o.d()), 0)
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
              .at(weights.vector(o.weight()), 0)
              .number(o.x().width())
              .each(o.x().width(), step.spans());
      case Op.MatrixLstm o -> matrixLstm(o, step);
      case Op.ScalarLstm o -> scalarLstm(o, step);
      case Op.ChannelWkv o ->
          scan("channel_wkv", o, step, o.key(), o.value(), o.out())
              .at(weights.vector(o.decay()), 0)
              .at(weights.vector(o.first()), 0)
              .number(o.key().width())
              .each(o.key().width(), step.spans());
    }
  }

  /// A kernel with its values and the tables that every scan reads.
  private Launch scan(String kernel, Op.Stateful op, Step step, Value... values) {
    Launch launch = launch(kernel, step);
    for (Value value : values) {
      launch.at(step.scratch(), step.at(value));
    }
    return states(launch, op, step);
  }

  private Launch launch(String kernel, Step step) {
    return accelerator.launch(Kernel.memory(kernel, step.pool().kernelParts()));
  }

  private Launch states(Launch launch, Op.Stateful op, Step step) {
    var place = (MemoryPlan.Place.InBlock) plan.places().get(op.need());
    return tables.states(launch.pool(step.pool().arguments()), place.state());
  }

  private void headScan(Op.HeadScan op, Step step) {
    HeadScanSpec spec = op.spec();
    scan("head_scan", op, step, op.x(), op.dt(), op.b(), op.c(), op.out())
        .at(weights.vector(spec.a()), 0)
        .at(weights.vector(spec.d()), 0)
        .at(weights.vector(spec.dtBias()), 0)
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
        .at(weights.vector(spec.bonus()), 0)
        .at(weights.vector(spec.decay()), 0)
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
    Launch gates =
        launch("matrix_lstm_gates", step)
            .at(step.scratch(), step.at(op.query()))
            .at(step.scratch(), step.at(op.key()))
            .at(step.scratch(), step.at(op.inputGate()))
            .at(step.scratch(), step.at(op.forgetGate()))
            .at(step.scratch(), step.work(op));
    states(gates, op, step)
        .number(op.heads())
        .number(keyWidth)
        .number(valueWidth)
        .number(op.epsilon())
        .each(op.heads(), step.spans());
    Launch columns =
        launch("matrix_lstm", step)
            .at(step.scratch(), step.at(op.query()))
            .at(step.scratch(), step.at(op.key()))
            .at(step.scratch(), step.at(op.value()))
            .at(step.scratch(), step.work(op))
            .at(step.scratch(), step.at(op.out()));
    states(columns, op, step)
        .number(op.heads())
        .number(keyWidth)
        .number(valueWidth)
        .each(op.value().width(), step.spans());
  }

  private void scalarLstm(Op.ScalarLstm op, Step step) {
    int headWidth = op.out().width() / op.heads();
    scan("scalar_lstm", op, step, op.gates(), op.out())
        .at(weights.vector(op.recurrent()), 0)
        .at(weights.vector(op.bias()), 0)
        .number(op.heads())
        .number(headWidth)
        .groups(op.heads(), step.spans());
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
    Launch launch =
        tables.rows(
            launch("keep", step)
                .at(step.scratch(), step.at(half.from()))
                .pool(step.pool().arguments()));
    tables
        .pages(launch, group)
        .number(step.rows())
        .number(kv.heads())
        .number(half.width())
        .number(plan.pageTokens())
        .number(Math.toIntExact(half.at()))
        .number(half.encoding().ggufId())
        .each((long) step.rows() * kv.heads() * ((half.width() + 31) / 32), 1);
  }

  private void attend(Op.Attention op, MemoryNeed.Kv kv, MemoryPlan.Place.InPage place, Step step) {
    AttentionSpec spec = op.spec();
    boolean latent = kv.valueWidth() == 0;
    Launch launch =
        tables.rows(
            launch("attend", step)
                .at(step.scratch(), step.at(op.query()))
                .at(step.scratch(), step.at(op.out()))
                .pool(step.pool().arguments()));
    tables
        .pages(launch, place.group())
        .at(weights.vector(spec.sinks()), 0)
        .number(spec.queryHeads())
        .number(kv.heads())
        .number(kv.keyWidth())
        .number(valueWidth(op))
        .number(plan.pageTokens())
        .number(kv.windowTokens())
        .number(Math.toIntExact(place.keysAt()))
        .number(plan.encoding().keys().ggufId())
        .number(Math.toIntExact(latent ? place.keysAt() : place.valuesAt()))
        .number((latent ? plan.encoding().keys() : plan.encoding().values()).ggufId())
        .number(latent ? kv.keyWidth() : kv.valueWidth())
        .number(spec.scale())
        .number(spec.softcap())
        .flag(spec.sinks() != null)
        .groups(spec.queryHeads(), step.rows());
  }

  private int valueWidth(Op.Attention op) {
    var kv = (MemoryNeed.Kv) graph.needs().get(op.need());
    return kv.valueWidth() == 0 ? op.spec().latentValueWidth() : kv.valueWidth();
  }
}
