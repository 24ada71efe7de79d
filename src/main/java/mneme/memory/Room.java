package mneme.memory;

import org.jspecify.annotations.Nullable;

/// Decides whether something fits, and makes it fit: by arithmetic in slabs first, then by evicting
/// what only the index holds, then by moving objects together.
final class Room {
  private final Slabs slabs;
  private final PrefixIndex index;

  Room(Slabs slabs, PrefixIndex index) {
    this.slabs = slabs;
    this.index = index;
  }

  /// Makes a place for every object of `need`, or says what is short and changes nothing that a
  /// lease holds.
  @Nullable Shortage make(Need need) {
    long later = slabs.missingLater(need);
    if (later > 0) {
      return shortage(need, later, false);
    }
    while (slabs.missingNow(need) > 0 && index.evictOne()) {}
    if (slabs.missingNow(need) > 0 || !slabs.secure(need)) {
      return shortage(need, Math.max(1, slabs.missingNow(need)), true);
    }
    return null;
  }

  private Shortage shortage(Need need, long missingSlabs, boolean passesByItself) {
    long resting = 0;
    for (SizeClass size : slabs.sizes()) {
      resting += size.resting * size.bytes;
    }
    return new Shortage(
        need.bytes(slabs.sizes()),
        missingSlabs * slabs.shape().slabBytes(),
        resting,
        passesByItself);
  }
}
