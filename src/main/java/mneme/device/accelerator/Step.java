package mneme.device.accelerator;

import mneme.graph.Op;
import mneme.graph.Value;

/// One step on its way through a graph: where values are, and how many rows are still alive.
final class Step {
  private final ScratchPlan places;
  private final Memory scratch;
  private final AcceleratedPool pool;
  private final int allRows;
  private final int spans;
  private int rows;

  Step(ScratchPlan places, Memory scratch, AcceleratedPool pool, StepTables tables) {
    this.places = places;
    this.scratch = scratch;
    this.pool = pool;
    this.allRows = tables.rows();
    this.spans = tables.spans();
    this.rows = allRows;
  }

  int rows() {
    return rows;
  }

  void keepRows(int count) {
    rows = count;
  }

  int spans() {
    return spans;
  }

  AcceleratedPool pool() {
    return pool;
  }

  Memory scratch() {
    return scratch;
  }

  /// Byte of the scratch where a value begins.
  long at(Value value) {
    return 4L * places.column(value) * allRows;
  }

  /// Byte of the scratch where the halves of a value begin.
  long at(HalvesPlan.Place halves) {
    return 4L * halves.column() * allRows;
  }

  /// Byte of the scratch where the op's working room begins.
  long work(Op op) {
    return 4L * places.workColumn(op) * allRows;
  }

  /// Numbers of a value.
  int count(Value value) {
    return Math.multiplyExact(rows, value.width());
  }
}
