package mneme.memory;

import java.util.Comparator;
import java.util.TreeSet;

/// What a slab serves at a time: objects of so many bytes, in one bank. In order of their bytes.
record ObjectSize(int bank, long bytes) implements Comparable<ObjectSize> {
  private static final Comparator<ObjectSize> ORDER =
      Comparator.comparingLong(ObjectSize::bytes).thenComparingInt(ObjectSize::bank);

  @Override
  public int compareTo(ObjectSize other) {
    return ORDER.compare(this, other);
  }

  /// Those of all pages and states of `plan`.
  static TreeSet<ObjectSize> of(MemoryPlan plan) {
    TreeSet<ObjectSize> sizes = new TreeSet<>();
    plan.groups().forEach(group -> sizes.add(new ObjectSize(group.bank(), group.pageBytes())));
    plan.states().forEach(state -> sizes.add(new ObjectSize(state.bank(), state.bytes())));
    return sizes;
  }
}
