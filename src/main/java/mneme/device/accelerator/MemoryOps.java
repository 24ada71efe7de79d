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
  /// For what the parts of attention leave to be added up, however large a step is.
  private static final long ROOM_BYTES = 16 << 20;

  /// Work-groups that are enough for a device without dealing out parts.
  private static final int ENOUGH_GROUPS = 512;

  /// Rows of heads' states that a work-group of `head_scan` works on.
  private static final int HEAD_ROWS = 32;

  private static final int MAX_KEY_WIDTH = 1296;
  private static final int MAX_VALUE_WIDTH = 1024;
  private static final int MAX_TAPS = 16;
  private static final int MAX_HEAD_WIDTH = 2048;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;
  private final Graph graph;
  private final MemoryPlan plan;
  private final Memory room;

  MemoryOps(
      Accelerator accelerator, Weights weights, StepTables tables, Graph graph, MemoryPlan plan) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
    this.graph = graph;
    this.plan = plan;
    this.room = accelerator.allocate(roomBytes(graph), "the parts of attention");
  }

  /// What the ops of `graph` keep on the device for working, however large a step is.
  static long roomBytes(Graph graph) {
    return graph.ops().stream().anyMatch(Op.Attention.class::isInstance) ? ROOM_BYTES : 0;
  }

  void close() {
    room.release();
  }

  /// Builds what `op` needs.
  ///
  /// @throws DeviceException kind FAILED if the op is too large for its kernel
  void prepare(Op.Stateful op) {
    check(op);
    if (op instanceof Op.Attention attention) {
      AttentionShape shape = shape(attention);
      int parts = accelerator.poolParts(1);
      accelerator.build(Kernel.attention("attend", shape, shape.fewSlots(), parts));
      accelerator.build(Kernel.attention("attend", shape, shape.mostSlots(), parts));
      accelerator.build(Kernel.attention("attend_parts", shape, shape.fewSlots(), 0));
    }
    if (op instanceof Op.SelectiveScan scan) {
      accelerator.build(selectiveScan(scan, accelerator.poolParts(1)));
    }
    if (op instanceof Op.HeadScan scan) {
      accelerator.build(headScan(scan, accelerator.poolParts(1)));
    }
  }

  private void check(Op.Stateful op) {
    if (op instanceof Op.Attention attention) {
      AttentionShape shape = shape(attention);
      if (shape.valueWidth() > MAX_VALUE_WIDTH) {
        throw tooLarge("attention", "values of " + shape.valueWidth(), MAX_VALUE_WIDTH);
      }
      if (!shape.fits()) {
        throw tooLarge("attention", "keys of " + shape.keyWidth(), MAX_KEY_WIDTH);
      }
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
          scan(
                  selectiveScan(o, step.pool().kernelParts()),
                  o,
                  step,
                  o.x(),
                  o.step(),
                  o.b(),
                  o.c(),
                  o.out())
              .at(weights.vector(o.a()), 0)
              .at(weights.vector(o.d()), 0)
              .number(o.x().width())
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
    return scan(Kernel.memory(kernel, step.pool().kernelParts()), op, step, values);
  }

  private Launch scan(Kernel kernel, Op.Stateful op, Step step, Value... values) {
    Launch launch = accelerator.launch(kernel);
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
    scan(
            headScan(op, step.pool().kernelParts()),
            op,
            step,
            op.x(),
            op.dt(),
            op.b(),
            op.c(),
            op.out())
        .at(weights.vector(spec.a()), 0)
        .at(weights.vector(spec.d()), 0)
        .at(weights.vector(spec.dtBias()), 0)
        .number(spec.heads())
        .number(spec.headWidth())
        .number(spec.groups())
        .flag(spec.d() != null)
        .groups(Math.ceilDiv(op.x().width(), HEAD_ROWS), step.spans());
  }

  private static Kernel selectiveScan(Op.SelectiveScan op, int poolParts) {
    return Kernel.scan("selective_scan", op.b().width(), poolParts);
  }

  private static Kernel headScan(Op.HeadScan op, int poolParts) {
    return Kernel.scan("head_scan", op.spec().stateWidth(), poolParts);
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
    accelerator.barrier();
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
    accelerator.barrier();
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

  private AttentionShape shape(Op.Attention op) {
    return AttentionShape.of(op, (MemoryNeed.Kv) graph.needs().get(op.need()), plan);
  }

  private void attend(Op.Attention op, MemoryNeed.Kv kv, MemoryPlan.Place.InPage place, Step step) {
    AttentionSpec spec = op.spec();
    AttentionShape shape = shape(op);
    boolean isDecode = step.rows() == step.spans();
    int slots = isDecode ? shape.fewSlots() : shape.mostSlots();
    int parts = isDecode ? parts(shape, step) : 0;
    Launch launch =
        tables.spans(
            tables.rows(
                accelerator
                    .launch(Kernel.attention("attend", shape, slots, step.pool().kernelParts()))
                    .at(step.scratch(), step.at(op.query()))
                    .at(step.scratch(), step.at(op.out()))
                    .pool(step.pool().arguments())));
    tables
        .pages(launch, place.group())
        .at(weights.vector(spec.sinks()), 0)
        .at(room, 0)
        .number(shape.heads())
        .number(shape.kvHeads())
        .number(plan.pageTokens())
        .number(kv.windowTokens())
        .number(Math.toIntExact(place.keysAt()))
        .number(Math.toIntExact(kv.valueWidth() == 0 ? place.keysAt() : place.valuesAt()))
        .number(parts)
        .flag(spec.sinks() != null)
        .number(spec.scale())
        .number(spec.softcap())
        .groups(shape.groups(slots) * Math.max(1, parts), step.rows());
    if (parts > 0) {
      addParts(op, kv, parts, step);
    }
  }

  /// Parts that have a work-group each: all if that gives the device more to do at once and what
  /// they leave fits the room, else 0.
  private int parts(AttentionShape shape, Step step) {
    int parts = tables.lastPosition() / AttentionShape.PART + 1;
    boolean isEnough = step.rows() * shape.groups(shape.fewSlots()) >= ENOUGH_GROUPS;
    boolean fits = step.rows() * shape.partBytes() <= ROOM_BYTES / parts;
    return parts > 1 && !isEnough && fits ? parts : 0;
  }

  private void addParts(Op.Attention op, MemoryNeed.Kv kv, int parts, Step step) {
    AttentionShape shape = shape(op);
    accelerator.barrier();
    tables
        .rows(
            accelerator
                .launch(Kernel.attention("attend_parts", shape, shape.fewSlots(), 0))
                .at(step.scratch(), step.at(op.out())))
        .at(weights.vector(op.spec().sinks()), 0)
        .at(room, 0)
        .number(shape.heads())
        .number(kv.windowTokens())
        .number(parts)
        .flag(op.spec().sinks() != null)
        .groups(shape.heads(), step.rows());
  }
}
