package mneme.graph;

import java.util.ArrayList;
import java.util.List;

/// Takes a graph apart. What goes across a cut is one row: the live values side by side.
final class Parts {
  private final Graph graph;

  Parts(Graph graph) {
    this.graph = graph;
  }

  List<Graph> of(List<Cut> cuts) {
    Cuts possible = new Cuts(graph);
    List<Graph> parts = new ArrayList<>();
    Cut from = new Cut(0, List.of());
    for (Cut to : cuts) {
      if (to.op() <= from.op() || !to.equals(possible.at(to.op()))) {
        throw new IllegalArgumentException("%s does not follow %s here".formatted(to, from));
      }
      parts.add(new Part().between(from, to));
      from = to;
    }
    parts.add(new Part().between(from, new Cut(graph.ops().size(), List.of(graph.logits()))));
    return parts;
  }

  /// One part while it is written.
  private final class Part {
    private final List<Op> ops = new ArrayList<>();
    private int values = graph.values();

    Graph between(Cut from, Cut to) {
      take(from.live());
      ops.addAll(graph.ops().subList(from.op(), to.op()));
      hand(to.live());
      return new Graph(ops, graph.needs(), values);
    }

    /// Defines what the part before has computed.
    private void take(List<Value> live) {
      if (live.size() == 1) {
        ops.add(new Op.Given(live.getFirst()));
      } else if (!live.isEmpty()) {
        Value row = next(live.stream().mapToInt(Value::width).sum());
        ops.add(new Op.Given(row));
        int offset = 0;
        for (Value value : live) {
          ops.add(new Op.Columns(row, offset, value.width(), value.width(), 1, value));
          offset += value.width();
        }
      }
    }

    /// Makes the live values the part's last one.
    private void hand(List<Value> live) {
      Value row = live.getFirst();
      for (Value value : live.subList(1, live.size())) {
        Value both = next(row.width() + value.width());
        ops.add(new Op.Concat(row, value, 1, both));
        row = both;
      }
      if (!ops.getLast().out().equals(row)) {
        ops.add(new Op.Columns(row, 0, row.width(), row.width(), 1, next(row.width())));
      }
    }

    private Value next(int width) {
      return new Value(values++, width);
    }
  }
}
