package mneme.memory;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// Chooses how to cut a pool: slabs large enough for every object, with as little lost as can be to
/// slab tails, to the pool's own tail, and to slabs that are only partly used.
public final class SlabSizing {
  /// More slabs than this make bookkeeping dear and win nothing.
  private static final int MOST_SLABS = 1 << 16;

  /// How many multiples of each object size are tried.
  private static final int TRIES = 64;

  /// The best cut of `poolBytes` bytes for the pages and states of `plans`.
  ///
  /// @throws IllegalArgumentException if there is an object that the whole pool cannot hold
  public static PoolShape of(long poolBytes, Collection<MemoryPlan> plans) {
    return of(List.of(poolBytes), plans);
  }

  /// The same for a pool in banks.
  ///
  /// @param bankBytes of each
  /// @throws IllegalArgumentException if there is an object that its whole bank cannot hold
  public static PoolShape of(List<Long> bankBytes, Collection<MemoryPlan> plans) {
    TreeSet<ObjectSize> sizes = new TreeSet<>();
    plans.forEach(plan -> sizes.addAll(ObjectSize.of(plan)));
    return ofSizes(bankBytes, sizes);
  }

  static PoolShape ofSizes(List<Long> bankBytes, TreeSet<ObjectSize> wanted) {
    TreeSet<ObjectSize> sizes = new TreeSet<>(wanted);
    if (sizes.isEmpty()) {
      sizes.add(new ObjectSize(0, MemoryPlan.ALIGNMENT_BYTES));
    }
    for (ObjectSize size : sizes) {
      long bytes = size.bank() < bankBytes.size() ? bankBytes.get(size.bank()) : 0;
      if (size.bytes() > bytes) {
        throw new IllegalArgumentException(
            "a pool of %d bytes cannot hold a single object of %d bytes; give the pool more memory"
                .formatted(bytes, size.bytes()));
      }
    }
    long slab = new SlabSizing(bankBytes, sizes).best();
    return new PoolShape(
        bankBytes.stream().map(bytes -> Math.toIntExact(bytes / slab)).toList(), slab);
  }

  private final List<Long> bankBytes;
  private final TreeSet<ObjectSize> sizes;

  /// Of the smallest bank that holds anything: a slab can have no more.
  private final long mostBytes;

  private SlabSizing(List<Long> bankBytes, TreeSet<ObjectSize> sizes) {
    this.bankBytes = bankBytes;
    this.sizes = sizes;
    mostBytes = sizes.stream().mapToLong(size -> bankBytes.get(size.bank())).min().orElseThrow();
  }

  private long best() {
    long all = bankBytes.stream().mapToLong(Long::longValue).sum();
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
    for (int bank = 0; bank < bankBytes.size(); bank++) {
      most = Math.max(most, lostShare(bank, slab));
    }
    return most;
  }

  /// Share of a bank that slabs of `slab` bytes lose: the worst tail of any size, the bank's tail,
  /// and half a slab for each size in use.
  private double lostShare(int bank, long slab) {
    double worstTail = 0;
    int count = 0;
    for (ObjectSize size : sizes) {
      if (size.bank() == bank) {
        worstTail = Math.max(worstTail, (double) (slab % size.bytes()) / slab);
        count++;
      }
    }
    long bytes = bankBytes.get(bank);
    return count == 0
        ? 0
        : worstTail + (double) (bytes % slab) / bytes + 0.5 * count * slab / bytes;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, MemoryPlan.ALIGNMENT_BYTES) * MemoryPlan.ALIGNMENT_BYTES;
  }
}
