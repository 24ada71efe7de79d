package mneme.device.host;

import mneme.device.host.machine.Workers;

/// A kernel whose rows do not know each other. Few rows run on the calling thread, many are shared.
abstract class RowKernel implements Kernel, Workers.Task {
  /// Numbers below which waking a thread costs more than it saves.
  private static final int GRAIN = 1 << 14;

  private final Workers workers;
  private final int rowsPerChunk;
  private int rows;

  /// @param width numbers that a row reads or writes
  RowKernel(Workers workers, int width) {
    this.workers = workers;
    this.rowsPerChunk = Math.max(1, GRAIN / Math.max(1, width));
  }

  /// Looks up the arrays of this step.
  abstract void bind(Step step);

  /// Computes rows `[from, to)`.
  abstract void rows(int from, int to);

  @Override
  public void run(Step step) {
    rows = step.rows();
    bind(step);
    workers.run(this, (rows + rowsPerChunk - 1) / rowsPerChunk);
  }

  @Override
  public void chunk(int chunk, int worker) {
    rows(chunk * rowsPerChunk, Math.min(rows, (chunk + 1) * rowsPerChunk));
  }
}
