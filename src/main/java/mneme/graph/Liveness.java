package mneme.graph;

import java.util.ArrayList;
import java.util.List;

/// Which values of a graph are still to be read at each of its ops.
final class Liveness {
  private final Graph graph;
  private final int[] lastUse;

  Liveness(Graph graph) {
    this.graph = graph;
    lastUse = new int[graph.values()];
    List<Op> ops = graph.ops();
    for (int i = 0; i < ops.size(); i++) {
      lastUse[ops.get(i).out().id()] = i;
      for (Value in : Wires.inputs(ops.get(i))) {
        lastUse[in.id()] = i;
      }
    }
  }

  /// Values that exist before op number `op` and that it or a later one reads, in the order in
  /// which they were defined.
  List<Value> before(int op) {
    List<Value> live = new ArrayList<>();
    for (Op earlier : graph.ops().subList(0, op)) {
      if (lastUse[earlier.out().id()] >= op) {
        live.add(earlier.out());
      }
    }
    return live;
  }

  /// Most columns that any op finds live, its own output included.
  long widest() {
    long live = 0;
    long widest = 0;
    List<Op> ops = graph.ops();
    for (int i = 0; i < ops.size(); i++) {
      Op op = ops.get(i);
      live += op.out().width();
      widest = Math.max(widest, live);
      List<Value> read = new ArrayList<>(Wires.inputs(op));
      read.add(op.out());
      for (Value value : read.stream().distinct().toList()) {
        live -= lastUse[value.id()] == i ? value.width() : 0;
      }
    }
    return widest;
  }
}
