package mneme.device.accelerator;

import java.util.stream.Stream;
import mneme.device.DeviceException;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.memory.MemoryPlan;

/// Launches the kernels of `scans.kernel`: what remembers in a state.
final class ScanOps {
  /// Items of a work-group that shares rows or columns of states.
  private static final int ITEMS = 256;

  /// Items that share a row or a column.
  private static final int SHARERS = 8;

  private static final int SELECTIVE_SHARERS = 4;
  private static final int COLUMNS = ITEMS / SHARERS;

  private static final int MAX_TAPS = 16;
  private static final int MAX_STATE = 1024;
  private static final int MAX_HEAD_WIDTH = 1536;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;
  private final MemoryPlan plan;

  ScanOps(Accelerator accelerator, Weights weights, StepTables tables, MemoryPlan plan) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
    this.plan = plan;
  }

  /// Builds what `op` needs.
  ///
  /// @throws DeviceException kind FAILED if the op is too large for its kernel
  void prepare(Op.Stateful op) {
    check(op);
    int parts = accelerator.poolParts(1);
    accelerator.build(kernel(op, parts));
    if (op instanceof Op.MatrixLstm lstm) {
      accelerator.build(gates(lstm, parts));
    }
  }

  private static void check(Op.Stateful op) {
    int most =
        switch (op) {
          case Op.ShortConv _ -> MAX_TAPS;
          case Op.ScalarLstm _ -> MAX_HEAD_WIDTH;
          default -> MAX_STATE;
        };
    if (state(op) > most) {
      throw new DeviceException(
          DeviceException.Kind.FAILED,
          "%s has %d numbers a channel or column; it takes at most %d"
              .formatted(name(op), state(op), most));
    }
  }

  /// Numbers of a state that are summed for one number of the output.
  private static int state(Op.Stateful op) {
    return switch (op) {
      case Op.ShortConv o -> o.weight().columns();
      case Op.SelectiveScan o -> o.b().width();
      case Op.HeadScan o -> o.spec().stateWidth();
      case Op.LinearScan o -> o.key().width() / o.spec().heads();
      case Op.DeltaScan o -> o.key().width() / o.heads();
      case Op.MatrixLstm o -> o.key().width() / o.heads();
      case Op.ScalarLstm o -> o.out().width() / o.heads();
      case Op.Shift _, Op.GatedRecurrence _, Op.ChannelWkv _ -> 1;
      case Op.Attention _ -> throw noScan();
    };
  }

  private static String name(Op.Stateful op) {
    return switch (op) {
      case Op.ShortConv _ -> "short_conv";
      case Op.Shift _ -> "shift";
      case Op.SelectiveScan _ -> "selective_scan";
      case Op.HeadScan _ -> "head_scan";
      case Op.LinearScan _ -> "linear_scan";
      case Op.DeltaScan _ -> "delta_scan";
      case Op.GatedRecurrence _ -> "gated_recurrence";
      case Op.MatrixLstm _ -> "matrix_lstm";
      case Op.ScalarLstm _ -> "scalar_lstm";
      case Op.ChannelWkv _ -> "channel_wkv";
      case Op.Attention _ -> throw noScan();
    };
  }

  private static IllegalArgumentException noScan() {
    return new IllegalArgumentException("attention is no scan");
  }

  private static Kernel kernel(Op.Stateful op, int poolParts) {
    Kernel kernel = Kernel.scan(name(op), state(op), poolParts);
    return op instanceof Op.ShortConv conv
        ? kernel.with("KIND", RowOps.number(conv.kind()))
        : kernel;
  }

  private static Kernel gates(Op.MatrixLstm op, int poolParts) {
    return Kernel.scan("matrix_lstm_gates", state(op), poolParts);
  }

  void run(Op.Stateful op, Step step) {
    switch (op) {
      case Op.ShortConv o ->
          scan(o, step, o.in(), o.out())
              .at(weights.vector(o.weight()), 0)
              .at(weights.vector(o.bias()), 0)
              .number(o.in().width())
              .flag(o.bias() != null)
              .each(o.in().width(), step.spans());
      case Op.Shift o ->
          scan(o, step, o.in(), o.out()).number(o.in().width()).each(o.in().width(), step.spans());
      case Op.SelectiveScan o ->
          scan(o, step, o.x(), o.step(), o.b(), o.c(), o.out())
              .at(weights.vector(o.a()), 0)
              .at(weights.vector(o.d()), 0)
              .number(o.x().width())
              .groups(Math.ceilDiv(o.x().width(), ITEMS / SELECTIVE_SHARERS), step.spans());
      case Op.HeadScan o -> headScan(o, step);
      case Op.LinearScan o -> linearScan(o, step);
      case Op.DeltaScan o -> deltaScan(o, step);
      case Op.GatedRecurrence o ->
          scan(o, step, o.x(), o.inputGate(), o.recurrenceGate(), o.out())
              .at(weights.vector(o.weight()), 0)
              .number(o.x().width())
              .each(o.x().width(), step.spans());
      case Op.MatrixLstm o -> matrixLstm(o, step);
      case Op.ScalarLstm o ->
          scan(o, step, o.gates(), o.out())
              .at(weights.vector(o.recurrent()), 0)
              .at(weights.vector(o.bias()), 0)
              .number(o.heads())
              .groups(o.heads(), step.spans());
      case Op.ChannelWkv o ->
          scan(o, step, o.key(), o.value(), o.out())
              .at(weights.vector(o.decay()), 0)
              .at(weights.vector(o.first()), 0)
              .number(o.key().width())
              .each(o.key().width(), step.spans());
      case Op.Attention _ -> throw noScan();
    }
  }

  /// The op's kernel with its values and the tables that every scan reads.
  private Launch scan(Op.Stateful op, Step step, Value... values) {
    Launch launch = accelerator.launch(kernel(op, step.pool().kernelParts()));
    Stream.of(values).forEach(value -> launch.at(step.scratch(), step.at(value)));
    return states(launch, op, step);
  }

  private Launch states(Launch launch, Op.Stateful op, Step step) {
    var place = (MemoryPlan.Place.InBlock) plan.places().get(op.need());
    return tables.states(launch.pool(step.pool().arguments()), place.state());
  }

  private void headScan(Op.HeadScan op, Step step) {
    HeadScanSpec spec = op.spec();
    scan(op, step, op.x(), op.dt(), op.b(), op.c(), op.out())
        .at(weights.vector(spec.a()), 0)
        .at(weights.vector(spec.d()), 0)
        .at(weights.vector(spec.dtBias()), 0)
        .number(spec.heads())
        .number(spec.headWidth())
        .number(spec.groups())
        .flag(spec.d() != null)
        .groups(Math.ceilDiv(op.x().width(), ITEMS / SHARERS), step.spans());
  }

  private void linearScan(Op.LinearScan op, Step step) {
    LinearScanSpec spec = op.spec();
    Value decay = op.decay() == null ? op.query() : op.decay();
    scan(op, step, op.query(), op.key(), op.value(), decay, op.out())
        .at(weights.vector(spec.bonus()), 0)
        .at(weights.vector(spec.decay()), 0)
        .number(spec.heads())
        .number(op.value().width() / spec.heads())
        .number(decay.width())
        .number(spec.scale())
        .flag(spec.bonus() != null)
        .flag(spec.decay() != null)
        .groups(columnGroups(op.value(), spec.heads()), step.spans());
  }

  private void deltaScan(Op.DeltaScan op, Step step) {
    Value[] values = {
      op.query(), op.key(), op.value(), op.decay(), op.removed(), op.replaced(), op.out()
    };
    scan(op, step, values)
        .number(op.heads())
        .number(op.value().width() / op.heads())
        .number(op.decay().width())
        .groups(columnGroups(op.value(), op.heads()), step.spans());
  }

  /// Work-groups for the columns of all heads.
  private static long columnGroups(Value value, int heads) {
    return (long) heads * Math.ceilDiv(value.width() / heads, COLUMNS);
  }

  private void matrixLstm(Op.MatrixLstm op, Step step) {
    int valueWidth = op.value().width() / op.heads();
    Launch gates = accelerator.launch(gates(op, step.pool().kernelParts()));
    Stream.of(op.query(), op.key(), op.inputGate(), op.forgetGate())
        .forEach(value -> gates.at(step.scratch(), step.at(value)));
    states(gates.at(step.scratch(), step.work(op)), op, step)
        .number(op.heads())
        .number(valueWidth)
        .number(op.epsilon())
        .groups(op.heads(), step.spans());
    accelerator.barrier();
    Launch columns = accelerator.launch(kernel(op, step.pool().kernelParts()));
    Stream.of(op.query(), op.key(), op.value())
        .forEach(value -> columns.at(step.scratch(), step.at(value)));
    columns.at(step.scratch(), step.work(op)).at(step.scratch(), step.at(op.out()));
    states(columns, op, step)
        .number(op.heads())
        .number(valueWidth)
        .groups(columnGroups(op.value(), op.heads()), step.spans());
  }
}
