package mneme.device.accelerator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;

/// The ops of a graph in an order in which many can run side by side: an op is in the first stage
/// after those that make what it reads, and after earlier ops that touch the same memory. Ops of a
/// stage do not meet, as long as nobody gives their values' places to others ([ScratchPlan]).
final class Stages {
  /// What attention ops have in common beside their memory: the room for parts.
  private static final int ROOM = -1;

  private record Staged(Op op, int stage) {}

  private final List<Staged> order = new ArrayList<>();
  private final List<Op> ops;

  Stages(Graph graph) {
    Map<Integer, Integer> made = new HashMap<>();
    Map<Integer, Integer> touched = new HashMap<>();
    int earliest = 0;
    int latest = 0;
    for (Op op : graph.ops()) {
      int stage = op instanceof Op.OutputRows ? latest + 1 : earliest;
      for (Value in : Wires.inputs(op)) {
        stage = Math.max(stage, made.getOrDefault(in.id(), -1) + 1);
      }
      for (int memory : touches(op)) {
        stage = Math.max(stage, touched.getOrDefault(memory, -1) + 1);
        touched.put(memory, stage);
      }
      made.put(op.out().id(), stage);
      latest = Math.max(latest, stage);
      earliest = op instanceof Op.OutputRows ? stage + 1 : earliest; // fewer rows from here on
      order.add(new Staged(op, stage));
    }
    order.sort(Comparator.comparingInt(Staged::stage)); // stable
    ops = order.stream().map(Staged::op).toList();
  }

  private static Set<Integer> touches(Op op) {
    return switch (op) {
      case Op.Attention o -> Set.of(o.need(), ROOM);
      case Op.Stateful o -> Set.of(o.need());
      default -> Set.of();
    };
  }

  List<Op> ops() {
    return ops;
  }

  /// Whether op `index` is the first of its stage: all before it must have ended.
  boolean begins(int index) {
    return index > 0 && order.get(index).stage() > order.get(index - 1).stage();
  }
}
