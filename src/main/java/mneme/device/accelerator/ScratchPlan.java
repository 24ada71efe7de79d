package mneme.device.accelerator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;

/// Where values lie in the scratch of a step, counted in columns: a value is `rows` rows side by
/// side, so its first number is at `column * rows`. What nobody reads any more gives its columns to
/// later values, once all who read it have ended ([Stages]). Columns are dealt in fours, as kernels
/// read four numbers at once.
final class ScratchPlan {
  private static final int GRAIN = 4;

  private final int[] columnOfValue;
  private final Map<Op, Integer> columnOfWork = new IdentityHashMap<>();
  private int width;

  private record Free(int column, int width) {}

  private final List<Free> free = new ArrayList<>();

  /// To be given back when the next stage begins.
  private final List<Free> leaving = new ArrayList<>();

  ScratchPlan(Graph graph, Stages stages) {
    List<Op> order = stages.ops();
    int ops = order.size();
    int[] lastReader = new int[graph.values()];
    for (int i = 0; i < ops; i++) {
      for (Value in : Wires.inputs(order.get(i))) {
        lastReader[in.id()] = i;
      }
      lastReader[order.get(i).out().id()] = i;
    }
    lastReader[graph.logits().id()] = ops;
    columnOfValue = new int[graph.values()];
    for (int i = 0; i < ops; i++) {
      Op op = order.get(i);
      if (stages.begins(i)) {
        leaving.forEach(gap -> give(gap.column(), gap.width()));
        leaving.clear();
      }
      columnOfValue[op.out().id()] = take(whole(op.out().width()));
      int work = whole(workWidth(op));
      if (work > 0) {
        int column = take(work);
        columnOfWork.put(op, column);
        leaving.add(new Free(column, work));
      }
      Wires.inputs(op).stream().distinct().forEach(new Releaser(lastReader, i)::release);
    }
  }

  /// Numbers a row that the op needs beside its output.
  static int workWidth(Op op) {
    return switch (op) {
      case Op.MatrixLstm o -> 3 * o.heads();
      default -> 0;
    };
  }

  private final class Releaser {
    private final int[] lastReader;
    private final int op;

    Releaser(int[] lastReader, int op) {
      this.lastReader = lastReader;
      this.op = op;
    }

    void release(Value value) {
      if (lastReader[value.id()] == op) {
        leaving.add(new Free(columnOfValue[value.id()], whole(value.width())));
      }
    }
  }

  private static int whole(int columns) {
    return Math.ceilDiv(columns, GRAIN) * GRAIN;
  }

  /// The smallest gap that holds `columns`, or new columns.
  private int take(int columns) {
    Free best = null;
    for (Free gap : free) {
      if (gap.width() >= columns && (best == null || gap.width() < best.width())) {
        best = gap;
      }
    }
    if (best == null) {
      width += columns;
      return width - columns;
    }
    free.remove(best);
    if (best.width() > columns) {
      free.add(new Free(best.column() + columns, best.width() - columns));
    }
    return best.column();
  }

  private void give(int column, int columns) {
    int from = column;
    int to = column + columns;
    for (Free gap : List.copyOf(free)) {
      if (gap.column() + gap.width() == from || gap.column() == to) {
        from = Math.min(from, gap.column());
        to = Math.max(to, gap.column() + gap.width());
        free.remove(gap);
      }
    }
    if (to > from) {
      free.add(new Free(from, to - from));
    }
  }

  int column(Value value) {
    return columnOfValue[value.id()];
  }

  /// Of the room that `op` works in.
  int workColumn(Op op) {
    return columnOfWork.getOrDefault(op, 0);
  }

  int width() {
    return width;
  }

  @Override
  public String toString() {
    return width + " columns " + Arrays.toString(columnOfValue);
  }
}
