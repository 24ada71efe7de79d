package mneme.device.host;

import mneme.device.host.machine.Workers;
import mneme.graph.Value;

/// Makes each row of one value from the same row of another.
abstract class UnaryKernel extends RowKernel {
  private final Value from;
  private final Value to;
  float[] in = {};
  float[] out = {};

  /// @param width numbers that a row reads or writes
  UnaryKernel(Workers workers, int width, Value from, Value to) {
    super(workers, width);
    this.from = from;
    this.to = to;
  }

  @Override
  final void bind(Step step) {
    in = step.of(from);
    out = step.of(to);
  }
}
