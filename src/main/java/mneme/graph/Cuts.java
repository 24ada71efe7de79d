package mneme.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where a graph may be cut. Place p lies before op p; the last place lies before the op that keeps
/// the wanted rows only, as rows behind it are not those of the tokens.
final class Cuts {
  private final Graph graph;
  private final int last;

  /// Of each value the op that reads it last, -1 for none.
  private final int[] lastRead;

  /// Of each place the numbers of a row that go across, and whether some need has users on both
  /// sides.
  private final int[] widths;

  private final boolean[] splitsMemory;

  Cuts(Graph graph) {
    this.graph = graph;
    int ops = graph.ops().size();
    last = outputRows(graph.ops());
    lastRead = lastReads(graph);
    widths = new int[ops];
    splitsMemory = new boolean[ops];
    int[] firstUser = new int[graph.needs().size()];
    Arrays.fill(firstUser, ops);
    for (int i = 0; i < ops; i++) {
      Op op = graph.ops().get(i);
      for (int place = i + 1; place <= lastRead[op.out().id()]; place++) {
        widths[place] += op.out().width();
      }
      if (op instanceof Op.Stateful stateful) {
        int first = Math.min(firstUser[stateful.need()], i);
        firstUser[stateful.need()] = first;
        Arrays.fill(splitsMemory, first + 1, i + 1, true);
      }
    }
  }

  private static int outputRows(List<Op> ops) {
    int op = 0;
    while (op < ops.size() - 1 && !(ops.get(op) instanceof Op.OutputRows)) {
      op++;
    }
    return op;
  }

  private static int[] lastReads(Graph graph) {
    int[] last = new int[graph.values()];
    Arrays.fill(last, -1);
    for (int i = 0; i < graph.ops().size(); i++) {
      for (Value in : Wires.inputs(graph.ops().get(i))) {
        last[in.id()] = i;
      }
    }
    return last;
  }

  /// @throws IllegalArgumentException if the graph may not be cut there
  Cut at(int place) {
    if (place < 1 || place > last || splitsMemory[place] || widths[place] == 0) {
      throw new IllegalArgumentException("the graph may not be cut before op " + place);
    }
    List<Value> live =
        graph.ops().subList(0, place).stream()
            .map(Op::out)
            .filter(value -> lastRead[value.id()] >= place)
            .toList();
    return new Cut(place, live);
  }

  /// At most one cut between two ops that matter: a place as narrow as any half of the graph has,
  /// from which a step to either side lets more across. Inside a layer there is no such place. The
  /// narrowest place of all is no measure, as some values live through many layers but not through
  /// all (RWKV-7, Gemma 4).
  List<Cut> candidates() {
    int narrow = narrowestOfHalves();
    List<Cut> candidates = new ArrayList<>();
    int first = nextThatMatters(0);
    while (first < graph.ops().size()) {
      int next = nextThatMatters(first + 1);
      int best = best(first + 1, Math.min(next, last), narrow);
      if (best > 0 && next < graph.ops().size()) {
        candidates.add(at(best));
      }
      first = next;
    }
    return candidates;
  }

  /// The next op from `index` on that multiplies with a weight or remembers. What lies between two
  /// of them costs the same on either side of a cut.
  private int nextThatMatters(int index) {
    int next = index;
    while (next < graph.ops().size() && !matters(graph.ops().get(next))) {
      next++;
    }
    return next;
  }

  private static boolean matters(Op op) {
    return op instanceof Op.Stateful
        || op instanceof Op.MatMul
        || op instanceof Op.BlockMatMul
        || op instanceof Op.ExpertMatMul;
  }

  /// What goes across the narrowest place of a half of the graph, of that half where it is most.
  private int narrowestOfHalves() {
    int half = last / 2;
    int most = 0;
    for (int from = 1; from + half <= last; from++) {
      most = Math.max(most, narrowest(from, from + half));
    }
    return most;
  }

  private int narrowest(int from, int to) {
    int narrowest = Integer.MAX_VALUE;
    for (int place = from; place <= to; place++) {
      narrowest = Math.min(narrowest, widths[place]);
    }
    return narrowest;
  }

  /// The first of the narrowest places `[from, to]` that are fit for a cut, or 0.
  private int best(int from, int to, int narrow) {
    int best = 0;
    for (int place = from; place <= to; place++) {
      boolean isFit =
          widths[place] > 0
              && widths[place] <= narrow
              && !splitsMemory[place]
              && rises(place, -1)
              && rises(place, 1);
      if (isFit && (best == 0 || widths[place] < widths[best])) {
        best = place;
      }
    }
    return best;
  }

  /// Whether on the way in one direction more goes across before less does; at the ends too.
  private boolean rises(int place, int step) {
    int other = place + step;
    while (other >= 1 && other <= last && widths[other] == widths[place]) {
      other += step;
    }
    return other < 1 || other > last || widths[other] > widths[place];
  }
}
