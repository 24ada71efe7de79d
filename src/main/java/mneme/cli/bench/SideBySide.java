package mneme.cli.bench;

import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;

/// The memory of one of several sequences of equal length that lie side by side in a pool: states
/// first, then each group's pages, one after another. Pages that left a window are used again.
final class SideBySide implements LeaseView {
  private final long[] states;
  private final long[] groups;
  private final long[] pageBytes;
  private final int[] pages;

  /// @param index of the sequence
  /// @param tokens that each has room for
  /// @param partBytes of each part of the pool; none lies in two
  SideBySide(MemoryPlan plan, int index, int tokens, long partBytes) {
    long at = shape(plan, index + 1, tokens, partBytes).at(index);
    states = new long[plan.states().size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = at;
      at += plan.states().get(i).bytes();
    }
    groups = new long[plan.groups().size()];
    pageBytes = new long[groups.length];
    pages = new int[groups.length];
    for (int g = 0; g < groups.length; g++) {
      groups[g] = at;
      pageBytes[g] = plan.groups().get(g).pageBytes();
      pages[g] = ModelSpeed.peakPages(plan, g, tokens);
      at += pages[g] * pageBytes[g];
    }
  }

  /// Of a pool for `sequences` of them.
  static PoolShape shape(MemoryPlan plan, int sequences, int tokens, long partBytes) {
    long bytes = Math.max(MemoryPlan.ALIGNMENT_BYTES, ModelSpeed.sequenceBytes(plan, tokens));
    return new PoolShape(sequences, bytes, partBytes);
  }

  @Override
  public long page(int group, int index) {
    return groups[group] + index % pages[group] * pageBytes[group];
  }

  @Override
  public long state(int state) {
    return states[state];
  }
}
