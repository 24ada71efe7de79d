package mneme.memory;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// Chooses how to cut a pool: slabs large enough for every object, with as little lost as can be to
/// slab tails, to the tails of the pool's parts, and to slabs that are only partly used.
public final class SlabSizing {
  /// More slabs than this make bookkeeping dear and win nothing.
  private static final int MOST_SLABS = 1 << 16;

  /// How many multiples of each object size are tried.
  private static final int TRIES = 64;

  private final List<PoolSpace> banks;
  private final TreeSet<ObjectSize> sizes;

  /// Of the smallest part that must hold anything: a slab can have no more.
  private final long mostBytes;

  private SlabSizing(List<PoolSpace> banks, TreeSet<ObjectSize> sizes) {
    this.banks = banks;
    this.sizes = sizes;
    mostBytes =
        sizes.stream().mapToLong(size -> banks.get(size.bank()).largestBytes()).min().orElseThrow();
  }

  /// The best cut of `banks` for the pages and states of `plans`.
  ///
  /// @throws IllegalArgumentException if there is an object that no part of its bank can hold
  public static PoolShape of(List<PoolSpace> banks, Collection<MemoryPlan> plans) {
    TreeSet<ObjectSize> sizes = new TreeSet<>();
    plans.forEach(plan -> sizes.addAll(ObjectSize.of(plan)));
    return ofSizes(banks, sizes);
  }

  /// The same for a pool in one bank.
  public static PoolShape of(PoolSpace space, Collection<MemoryPlan> plans) {
    return of(List.of(space), plans);
  }

  /// The same for a pool in one bank and one part.
  public static PoolShape of(long poolBytes, Collection<MemoryPlan> plans) {
    return of(PoolSpace.whole(poolBytes), plans);
  }

  static PoolShape ofSizes(List<PoolSpace> banks, TreeSet<ObjectSize> wanted) {
    TreeSet<ObjectSize> sizes = new TreeSet<>(wanted);
    if (sizes.isEmpty()) {
      sizes.add(new ObjectSize(0, MemoryPlan.ALIGNMENT_BYTES));
    }
    for (ObjectSize size : sizes) {
      PoolSpace space = size.bank() < banks.size() ? banks.get(size.bank()) : PoolSpace.whole(0);
      if (size.bytes() > space.largestBytes()) {
        throw new IllegalArgumentException(
            "a pool of %s cannot hold a single object of %d bytes; give the pool more memory"
                .formatted(space, size.bytes()));
      }
    }
    long slab = new SlabSizing(banks, sizes).best();
    return new PoolShape(banks.stream().map(space -> space.cut(slab)).toList(), slab);
  }

  private long best() {
    long all = banks.stream().mapToLong(PoolSpace::bytes).sum();
    long wished = aligned(Math.max(sizes.last().bytes(), Math.ceilDiv(all, MOST_SLABS)));
    long least =
        Math.min(wished, mostBytes / MemoryPlan.ALIGNMENT_BYTES * MemoryPlan.ALIGNMENT_BYTES);
    long best = least;
    for (ObjectSize size : sizes) {
      long first = Math.ceilDiv(wished, size.bytes());
      long last = Math.min(mostBytes, (first + TRIES) * size.bytes());
      for (long slab = first * size.bytes(); slab <= last; slab += size.bytes()) {
        if (slab % MemoryPlan.ALIGNMENT_BYTES == 0 && lostShare(slab) < lostShare(best)) {
          best = slab;
        }
      }
    }
    return best;
  }

  /// The most that any bank loses.
  private double lostShare(long slab) {
    double most = 0;
    for (int bank = 0; bank < banks.size(); bank++) {
      most = Math.max(most, lostShare(bank, slab));
    }
    return most;
  }

  /// Share of a bank that slabs of `slab` bytes lose: the worst tail of any size, the tails of its
  /// parts, and half a slab for each size in use.
  private double lostShare(int bank, long slab) {
    double worstTail = 0;
    int count = 0;
    for (ObjectSize size : sizes) {
      if (size.bank() == bank) {
        worstTail = Math.max(worstTail, (double) (slab % size.bytes()) / slab);
        count++;
      }
    }
    PoolSpace space = banks.get(bank);
    double bytes = space.bytes();
    double tails = bytes - (double) space.slabs(slab) * slab;
    return count == 0 ? 0 : worstTail + tails / bytes + 0.5 * count * slab / bytes;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, MemoryPlan.ALIGNMENT_BYTES) * MemoryPlan.ALIGNMENT_BYTES;
  }
}
