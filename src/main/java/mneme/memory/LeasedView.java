package mneme.memory;

/// Addresses of one lease as they were when it was taken; nothing that happens later changes it.
final class LeasedView implements LeaseView {
  private final PageTable.View[] groups;
  private final long[] states;

  private LeasedView(PageTable.View[] groups, long[] states) {
    this.groups = groups;
    this.states = states;
  }

  static LeasedView of(PageTable[] tables, Block[] states) {
    PageTable.View[] groups = new PageTable.View[tables.length];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = tables[i].view();
    }
    long[] at = new long[states.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = states[i].at();
    }
    return new LeasedView(groups, at);
  }

  @Override
  public long page(int group, int index) {
    return groups[group].page(index);
  }

  @Override
  public long state(int state) {
    return states[state];
  }
}
