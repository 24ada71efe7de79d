package mneme.graph;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mneme.memory.MemoryNeed;

/// A forward pass written down: what to run, and so what to remember. The last op defines the
/// logits, `[output rows][vocabulary]`.
///
/// A graph may also be a part of a pass, see [Cut]: a later one begins with [Op.Given], and one
/// without [Op.OutputRows] ends in a row for every token, which takes the place of the logits.
/// Needs are those of the whole pass; only [#neededHere()] are of the part.
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

  /// Numbers of a row that must come with the batch, 0 for none.
  public int givenWidth() {
    return ops.stream()
        .mapToInt(op -> op instanceof Op.Given given ? given.out().width() : 0)
        .sum();
  }

  /// Whether the last op defines a row for every token, not only for those whose logits are wanted.
  public boolean endsInEveryRow() {
    return ops.stream().noneMatch(Op.OutputRows.class::isInstance);
  }

  /// Indices of the needs that some op has, ascending.
  public Set<Integer> neededHere() {
    Set<Integer> needed = new TreeSet<>();
    for (Op op : ops) {
      if (op instanceof Op.Stateful stateful) {
        needed.add(stateful.need());
      }
    }
    return needed;
  }
}
