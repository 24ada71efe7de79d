package mneme.memory;

/// A memory plan that a ledger serves, with its sizes looked up.
final class PooledModel {
  final int number;
  final MemoryPlan plan;
  final int chunkTokens;

  /// The first group that keeps every token, or -1; there is at most one in a bank.
  final int unwindowedGroup;

  /// Class of the pages of each group, and of each state block.
  final SizeClass[] pageSizes;

  final SizeClass[] stateSizes;

  PooledModel(int number, MemoryPlan plan, int chunkTokens, Slabs slabs) {
    this.number = number;
    this.plan = plan;
    this.chunkTokens = chunkTokens;
    pageSizes =
        plan.groups().stream()
            .map(g -> slabs.size(new ObjectSize(g.bank(), g.pageBytes())))
            .toArray(SizeClass[]::new);
    unwindowedGroup = plan.unwindowedGroup();
    stateSizes =
        plan.states().stream()
            .map(s -> slabs.size(new ObjectSize(s.bank(), s.bytes())))
            .toArray(SizeClass[]::new);
  }

  int groups() {
    return pageSizes.length;
  }

  boolean hasStates() {
    return stateSizes.length > 0;
  }

  int windowTokens(int group) {
    return plan.groups().get(group).windowTokens();
  }

  /// Most pages of `group` held at once on the way to `tokens` tokens.
  int peakPages(int group, int tokens) {
    return plan.peakPages(plan.groups().get(group), tokens, chunkTokens);
  }

  /// Oldest page that the token at `position` sees in `group`.
  int firstPage(int group, int position) {
    return plan.firstPage(plan.groups().get(group), position + 1);
  }
}
