package mneme.graph;

import java.util.List;
import mneme.memory.MemoryNeed;

/// A forward pass written down: what to run, and so what to remember. The last op defines the
/// logits, `[output rows][vocabulary]`.
public record Graph(List<Op> ops, List<MemoryNeed> needs, int values) {
  public Graph {
    ops = List.copyOf(ops);
    needs = List.copyOf(needs);
  }

  public Value logits() {
    return ops.getLast().out();
  }

  public int vocabulary() {
    return logits().width();
  }
}
