package mneme.memory;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many objects of each size something takes, and how many slabs they fill: the integer
/// arithmetic by which the ledger admits, for anyone to ask beforehand.
public final class Footprint {
  private final SortedMap<ObjectSize, Long> objectsBySize;

  private Footprint(SortedMap<ObjectSize, Long> objectsBySize) {
    this.objectsBySize = Collections.unmodifiableSortedMap(objectsBySize);
  }

  /// What one sequence takes at most on its way to `tokens` tokens, in spans of at most
  /// `chunkTokens`.
  public static Footprint peak(MemoryPlan plan, int tokens, int chunkTokens) {
    SortedMap<ObjectSize, Long> objects = new TreeMap<>();
    for (MemoryPlan.Group group : plan.groups()) {
      long pages = plan.peakPages(group, tokens, chunkTokens);
      objects.merge(new ObjectSize(group.bank(), group.pageBytes()), pages, Long::sum);
    }
    for (MemoryPlan.Block state : plan.states()) {
      objects.merge(new ObjectSize(state.bank(), state.bytes()), 1L, Long::sum);
    }
    return new Footprint(objects);
  }

  /// What one saved copy of all states takes.
  public static Footprint checkpoint(MemoryPlan plan) {
    return peak(plan, 0, 1);
  }

  public Footprint times(long count) {
    SortedMap<ObjectSize, Long> objects = new TreeMap<>();
    objectsBySize.forEach((size, number) -> objects.put(size, Math.multiplyExact(number, count)));
    return new Footprint(objects);
  }

  public Footprint plus(Footprint other) {
    SortedMap<ObjectSize, Long> objects = new TreeMap<>(objectsBySize);
    other.objectsBySize.forEach((size, number) -> objects.merge(size, number, Long::sum));
    return new Footprint(objects);
  }

  public long bytes() {
    return objectsBySize.entrySet().stream()
        .mapToLong(e -> e.getKey().bytes() * e.getValue())
        .sum();
  }

  /// Slabs of `shape` that this fills, each size rounded up by itself; more than the pool has if an
  /// object is larger than a slab.
  public long slabs(PoolShape shape) {
    long slabs = 0;
    for (var entry : objectsBySize.entrySet()) {
      long objects = entry.getValue();
      long perSlab = shape.slabBytes() / entry.getKey().bytes();
      if (objects > 0 && (perSlab == 0 || entry.getKey().bank() >= shape.banks().size())) {
        return Long.MAX_VALUE;
      }
      slabs += perSlab == 0 ? 0 : Math.ceilDiv(objects, perSlab);
    }
    return slabs;
  }

  /// Whether each bank of `shape` has the slabs for what lies there.
  public boolean fits(PoolShape shape) {
    for (int bank = 0; bank < shape.banks().size(); bank++) {
      if (in(bank).slabs(shape) > shape.slabs(bank)) {
        return false;
      }
    }
    return slabs(shape) <= shape.slabs();
  }

  /// What of it lies in `bank`.
  public Footprint in(int bank) {
    SortedMap<ObjectSize, Long> objects = new TreeMap<>(objectsBySize);
    objects.keySet().removeIf(size -> size.bank() != bank);
    return new Footprint(objects);
  }

  /// How many of this fit a pool of `shape` that holds nothing else; [Long#MAX_VALUE] if this takes
  /// nothing.
  public long timesIn(PoolShape shape) {
    if (bytes() == 0) {
      return Long.MAX_VALUE;
    }
    long low = 0;
    long high = shape.bytes() / bytes() + 1;
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (times(middle).fits(shape)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
