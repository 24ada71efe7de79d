package mneme.memory;

import java.util.Collection;
import java.util.TreeSet;

/// Chooses how to cut a pool: slabs large enough for every object, with as little lost as can be to
/// slab tails, to the pool's own tail, and to slabs that are only partly used.
public final class SlabSizing {
  /// More slabs than this make bookkeeping dear and win nothing.
  private static final int MOST_SLABS = 1 << 16;

  /// How many multiples of each object size are tried.
  private static final int TRIES = 64;

  private SlabSizing() {}

  /// The best cut of `poolBytes` bytes for the pages and states of `plans`.
  ///
  /// @throws IllegalArgumentException if there is an object that the whole pool cannot hold
  public static PoolShape of(long poolBytes, Collection<MemoryPlan> plans) {
    TreeSet<Long> sizes = new TreeSet<>();
    plans.forEach(plan -> sizes.addAll(sizes(plan)));
    return ofSizes(poolBytes, sizes);
  }

  /// Sizes of all objects of `plan`.
  static TreeSet<Long> sizes(MemoryPlan plan) {
    TreeSet<Long> sizes = new TreeSet<>();
    plan.groups().forEach(group -> sizes.add(group.pageBytes()));
    plan.states().forEach(state -> sizes.add(state.bytes()));
    return sizes;
  }

  static PoolShape ofSizes(long poolBytes, TreeSet<Long> sizes) {
    if (sizes.isEmpty()) {
      sizes.add((long) MemoryPlan.ALIGNMENT_BYTES);
    }
    if (sizes.last() > poolBytes) {
      throw new IllegalArgumentException(
          "a pool of %d bytes cannot hold a single object of %d bytes; give the pool more memory"
              .formatted(poolBytes, sizes.last()));
    }
    long least = aligned(Math.max(sizes.last(), Math.ceilDiv(poolBytes, MOST_SLABS)));
    long best =
        Math.min(least, poolBytes / MemoryPlan.ALIGNMENT_BYTES * MemoryPlan.ALIGNMENT_BYTES);
    for (long size : sizes) {
      long first = Math.ceilDiv(least, size);
      for (long slab = first * size;
          slab <= Math.min(poolBytes, (first + TRIES) * size);
          slab += size) {
        if (slab % MemoryPlan.ALIGNMENT_BYTES == 0
            && lostShare(poolBytes, slab, sizes) < lostShare(poolBytes, best, sizes)) {
          best = slab;
        }
      }
    }
    return new PoolShape(Math.toIntExact(poolBytes / best), best);
  }

  /// Share of the pool that slabs of `slab` bytes lose: the worst tail of any size, the pool's
  /// tail, and half a slab for each size in use.
  private static double lostShare(long poolBytes, long slab, Collection<Long> sizes) {
    double worstTail = 0;
    for (long size : sizes) {
      worstTail = Math.max(worstTail, (double) (slab % size) / slab);
    }
    double poolTail = (double) (poolBytes % slab) / poolBytes;
    return worstTail + poolTail + 0.5 * sizes.size() * slab / poolBytes;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, MemoryPlan.ALIGNMENT_BYTES) * MemoryPlan.ALIGNMENT_BYTES;
  }
}
