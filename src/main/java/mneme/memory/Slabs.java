package mneme.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The pool's bytes: slabs, the size each one serves now, and the objects in them. A slab whose
/// last object is freed serves any size again. When a size needs a slab and none is free, the
/// sparsest slab that can be spared is emptied by moving its objects, so that what fits by
/// arithmetic also fits in place.
final class Slabs {
  private final long poolBytes;
  private PoolShape shape;
  private @Nullable Slab[] slabs;

  /// Slabs that serve no size, and the tenant whose bytes each may still show.
  private final BitSet free = new BitSet();

  private int[] tenants;
  private int freeCount;
  private final List<SizeClass> sizes = new ArrayList<>();
  private final Consumer<Chore> chores;

  /// How often any object changed its address.
  private long moves;

  Slabs(PoolShape shape, Consumer<Chore> chores) {
    this.shape = shape;
    this.chores = chores;
    poolBytes = shape.bytes();
    slabs = new Slab[shape.slabs()];
    tenants = new int[shape.slabs()];
    free.set(0, shape.slabs());
    freeCount = shape.slabs();
  }

  /// Cuts the pool, in which nothing lies now, so that objects of `bytes` fit beside those known.
  ///
  /// @throws IllegalArgumentException if the whole pool cannot hold one
  void recut(Collection<Long> bytes) {
    if (freeCount != shape.slabs()) {
      throw new LedgerException(
          "%d of %d slabs are in use, so the pool cannot be cut anew"
              .formatted(shape.slabs() - freeCount, shape.slabs()));
    }
    TreeSet<Long> all = new TreeSet<>(bytes);
    sizes.forEach(size -> all.add(size.bytes));
    shape = SlabSizing.ofSizes(poolBytes, all);
    slabs = new Slab[shape.slabs()];
    tenants = new int[shape.slabs()];
    Arrays.fill(tenants, Tenants.MIXED);
    free.clear();
    free.set(0, shape.slabs());
    freeCount = shape.slabs();
    sizes.forEach(size -> size.perSlab = Math.toIntExact(shape.slabBytes() / size.bytes));
  }

  PoolShape shape() {
    return shape;
  }

  List<SizeClass> sizes() {
    return Collections.unmodifiableList(sizes);
  }

  long moves() {
    return moves;
  }

  int freeCount() {
    return freeCount;
  }

  boolean isFree(int index) {
    return free.get(index);
  }

  @Nullable Slab slab(int index) {
    return slabs[index];
  }

  private Slab used(int index) {
    return Objects.requireNonNull(slabs[index]);
  }

  /// The class of objects of `bytes` bytes.
  ///
  /// @throws IllegalArgumentException if a slab cannot hold one
  SizeClass size(long bytes) {
    for (SizeClass size : sizes) {
      if (size.bytes == bytes) {
        return size;
      }
    }
    if (bytes > shape.slabBytes() || bytes < 1) {
      throw new IllegalArgumentException(
          "an object of %d bytes does not fit a slab of %d bytes; try again when no lease is held"
              .formatted(bytes, shape.slabBytes()));
    }
    SizeClass size = new SizeClass(sizes.size(), bytes, Math.toIntExact(shape.slabBytes() / bytes));
    sizes.add(size);
    return size;
  }

  /// Takes a place for one object. The caller has made room with [#secure].
  ///
  /// @param isOverwritten whether a copy will fill all of it, so that it needs no scrubbing
  Block take(SizeClass size, Block.Kind kind, int tenant, boolean isOverwritten) {
    Slab slab = openSlab(size);
    int before = slab.tenants[slab.nextPlace()];
    Block block = new Block(size, kind, tenant, slab);
    put(block, slab);
    boolean isStrange = kind != Block.Kind.PAGE || before != tenant;
    if (isStrange && before != Tenants.NOBODY && !isOverwritten) {
      chores.accept(new Chore.Zero(block.at(), size.bytes));
    }
    return block;
  }

  private Slab openSlab(SizeClass size) {
    int index = size.open.nextSetBit(0);
    if (index >= 0) {
      return used(index);
    }
    int fresh = free.nextSetBit(0);
    if (fresh < 0) {
      throw new LedgerException("no slab is free for objects of " + size.bytes + " bytes");
    }
    free.clear(fresh);
    freeCount--;
    Slab slab = new Slab(fresh, shape.slabBytes(), size, tenants[fresh]);
    slabs[fresh] = slab;
    size.slabs.set(fresh);
    size.open.set(fresh);
    size.slabCount++;
    return slab;
  }

  private void put(Block block, Slab slab) {
    slab.put(block);
    block.size.live++;
    if (slab.isFull()) {
      block.size.open.clear(slab.index);
    }
  }

  /// Gives the place of `block` back; any size may have it next.
  void free(Block block) {
    Slab slab = block.slab;
    slab.remove(block);
    block.size.live--;
    block.size.open.set(slab.index);
    if (slab.live() == 0) {
      release(slab);
    }
  }

  private void release(Slab slab) {
    SizeClass size = slab.size;
    size.open.clear(slab.index);
    size.slabs.clear(slab.index);
    size.slabCount--;
    slabs[slab.index] = null;
    tenants[slab.index] = slab.tenant();
    free.set(slab.index);
    freeCount++;
  }

  /// Slabs in use once resting objects and those that only the index holds are gone, and `need` and
  /// all that is promised are there, every object lying as densely as it can.
  long slabsLater(Need need) {
    long total = 0;
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      int leased = size.live - size.cached - size.resting;
      total += size.slabsFor(leased + size.promised + need.unpromised(size));
    }
    return total;
  }

  /// Slabs in use with `need` added to what is there, every object lying as densely as it can.
  long slabsNow(Need need) {
    long total = 0;
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      total += size.slabsFor(size.live + need.objects(size));
    }
    return total;
  }

  /// Makes every object of `need` a place, moving others if it must. Resting objects stay where
  /// they are and can make it impossible for now.
  boolean secure(Need need) {
    while (freeCount < slabsBeyondPlaces(need)) {
      Slab sparsest = sparsest(need);
      if (sparsest == null) {
        return false;
      }
      empty(sparsest);
    }
    return true;
  }

  private int slabsBeyondPlaces(Need need) {
    int wanted = 0;
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      wanted += size.slabsFor(Math.max(0, need.objects(size) - size.freePlaces()));
    }
    return wanted;
  }

  /// The slab that costs least to empty, among sizes that have a whole slab of places to spare.
  private @Nullable Slab sparsest(Need need) {
    Slab best = null;
    for (SizeClass size : sizes) {
      if (size.freePlaces() - need.objects(size) < size.perSlab) {
        continue;
      }
      for (int i = size.open.nextSetBit(0); i >= 0; i = size.open.nextSetBit(i + 1)) {
        Slab slab = used(i);
        if (slab.resting == 0 && (best == null || liveBytes(slab) < liveBytes(best))) {
          best = slab;
        }
      }
    }
    return best;
  }

  private static long liveBytes(Slab slab) {
    return slab.live() * slab.size.bytes;
  }

  private void empty(Slab slab) {
    slab.size.open.clear(slab.index);
    for (Block block : slab.blocks.clone()) {
      if (block != null) {
        move(block, used(slab.size.open.nextSetBit(0)));
      }
    }
    release(slab);
  }

  private void move(Block block, Slab target) {
    long from = block.at();
    block.slab.remove(block);
    block.size.live--;
    put(block, target);
    chores.accept(new Chore.Copy(from, block.at(), block.size.bytes));
    moves++;
  }
}
