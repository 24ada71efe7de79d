package mneme.engine;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mneme.memory.Tokens;

/// Where the states of one stream are worth saving, because another text is likely to go on from
/// there: at the ends of messages, where known texts part, at the last cell of the grid that the
/// request fills, and at every eighth cell, also of the answer.
final class Places {
  static final int CELLS_BETWEEN_CHECKPOINTS = 8;

  private final int gridTokens;
  private final int lastCell;
  private final TreeSet<Integer> cuts;

  private Places(int gridTokens, int lastCell, TreeSet<Integer> cuts) {
    this.gridTokens = gridTokens;
    this.lastCell = lastCell;
    this.cuts = cuts;
  }

  /// For a model without states: pages are shared to the token, wherever they end.
  static Places none(int gridTokens) {
    return new Places(gridTokens, 0, new TreeSet<>());
  }

  /// @param from tokens that need not be read
  /// @param branch as [mneme.memory.Ledger#branch] says
  /// @param endIds ids that close a message
  static Places of(Tokens request, int from, int branch, Set<Integer> endIds, int gridTokens) {
    TreeSet<Integer> cuts = messageEnds(request, from, endIds, gridTokens);
    int lastCell = (request.length() - 1) / gridTokens * gridTokens;
    boolean isLastCellPassed = !cuts.isEmpty() && cuts.last() >= lastCell;
    if (branch > from) {
      cuts.add(branch);
    }
    return new Places(gridTokens, isLastCellPassed ? 0 : lastCell, cuts);
  }

  /// The first (behind it begins what the user of the moment says), the last, and of those between
  /// no two in the same cell's length.
  private static TreeSet<Integer> messageEnds(
      Tokens request, int from, Set<Integer> endIds, int gridTokens) {
    TreeSet<Integer> ends = new TreeSet<>();
    int last = 0;
    for (int end = from + 1; end < request.length(); end++) {
      if (endIds.contains(request.at(end - 1))) {
        last = end;
        if (ends.isEmpty() || end - ends.last() >= gridTokens) {
          ends.add(end);
        }
      }
    }
    if (last > 0) {
      ends.add(last);
    }
    return ends;
  }

  /// Positions off the grid at which the reading of the request is cut too.
  List<Integer> cuts() {
    return List.copyOf(cuts);
  }

  boolean contains(int end) {
    return end == lastCell
        || end % (gridTokens * CELLS_BETWEEN_CHECKPOINTS) == 0
        || cuts.contains(end);
  }
}
