package mneme.device.probe;

import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;

/// The memory of a sequence that has a pool to itself: pages of one group after those of another,
/// the states behind them.
///
/// @param tokens of the sequence at most
record SideBySide(MemoryPlan plan, int tokens) implements LeaseView {
  /// Windows take as much as if they kept all.
  long bytes() {
    return pageBytes(plan.groups().size()) + plan.stateBytes();
  }

  private long pageBytes(int groups) {
    long pages = Math.ceilDiv(tokens, plan.pageTokens());
    return pages
        * plan.groups().stream().limit(groups).mapToLong(MemoryPlan.Group::pageBytes).sum();
  }

  @Override
  public long page(int group, int index) {
    return pageBytes(group) + index * plan.groups().get(group).pageBytes();
  }

  @Override
  public long state(int state) {
    return pageBytes(plan.groups().size())
        + plan.states().stream().limit(state).mapToLong(MemoryPlan.Block::bytes).sum();
  }
}
