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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The pool's bytes: slabs, the size each one serves now, and the objects in them. A slab whose
/// last object is freed serves any size of its bank again. When a size needs a slab and none is
/// free, the sparsest slab that can be spared is emptied by moving its objects, so that what fits
/// by arithmetic also fits in place.
final class Slabs {
  private final List<PoolSpace> spaces;
  private PoolShape shape;
  private @Nullable Slab[] slabs;

  /// Slabs that serve no size, and the tenant whose bytes each may still show.
  private final BitSet free = new BitSet();

  private int[] tenants;

  /// Of each bank.
  private final int[] freeCount;

  /// Of each bank, while slabs are counted.
  private final long[] counted;

  private final List<SizeClass> sizes = new ArrayList<>();
  private final Consumer<Chore> chores;

  /// How often any object changed its address.
  private long moves;

  Slabs(PoolShape shape, Consumer<Chore> chores) {
    this.shape = shape;
    this.chores = chores;
    spaces = IntStream.range(0, shape.banks().size()).mapToObj(shape::space).toList();
    freeCount = new int[shape.banks().size()];
    counted = new long[shape.banks().size()];
    slabs = new Slab[shape.slabs()];
    tenants = new int[shape.slabs()];
    setFree();
  }

  private void setFree() {
    free.set(0, shape.slabs());
    Arrays.setAll(freeCount, shape::slabs);
  }

  /// Cuts the pool, in which nothing lies now, so that what is `wanted` fits beside what is known.
  ///
  /// @throws IllegalArgumentException if no part of a bank can hold one
  void recut(Collection<ObjectSize> wanted) {
    if (freeCount() != shape.slabs()) {
      throw new LedgerException(
          "%d of %d slabs are in use, so the pool cannot be cut anew"
              .formatted(shape.slabs() - freeCount(), shape.slabs()));
    }
    TreeSet<ObjectSize> all = new TreeSet<>(wanted);
    sizes.forEach(size -> all.add(new ObjectSize(size.bank, size.bytes)));
    shape = SlabSizing.ofSizes(spaces, all);
    slabs = new Slab[shape.slabs()];
    tenants = new int[shape.slabs()];
    Arrays.fill(tenants, Tenants.MIXED);
    free.clear();
    setFree();
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
    return Arrays.stream(freeCount).sum();
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

  /// The class of objects of that size.
  ///
  /// @throws IllegalArgumentException if a slab cannot hold one
  SizeClass size(ObjectSize wanted) {
    for (SizeClass size : sizes) {
      if (size.bytes == wanted.bytes() && size.bank == wanted.bank()) {
        return size;
      }
    }
    if (wanted.bytes() > shape.slabBytes() || wanted.bytes() < 1) {
      throw new IllegalArgumentException(
          "an object of %d bytes does not fit a slab of %d bytes; try again when no lease is held"
              .formatted(wanted.bytes(), shape.slabBytes()));
    }
    if (wanted.bank() >= shape.banks().size()) {
      throw new IllegalArgumentException(
          "an object lies in bank %d of a pool of %d"
              .formatted(wanted.bank(), shape.banks().size()));
    }
    int perSlab = Math.toIntExact(shape.slabBytes() / wanted.bytes());
    SizeClass size = new SizeClass(sizes.size(), wanted, perSlab);
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
    int fresh = free.nextSetBit(shape.firstSlab(size.bank));
    if (fresh < 0 || fresh >= shape.firstSlab(size.bank + 1)) {
      throw new LedgerException("no slab is free for objects of " + size.bytes + " bytes");
    }
    free.clear(fresh);
    freeCount[size.bank]--;
    Slab slab = new Slab(fresh, shape, size, tenants[fresh]);
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
    freeCount[size.bank]++;
  }

  /// Slabs that the banks lack once resting objects and those that only the index holds are gone,
  /// and `need` and all that is promised are there, every object lying as densely as it can.
  long missingLater(Need need) {
    Arrays.fill(counted, 0);
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      int leased = size.live - size.cached - size.resting;
      counted[size.bank] += size.slabsFor(leased + size.promised + need.unpromised(size));
    }
    return missing();
  }

  /// Slabs that the banks lack with `need` added to what is there, every object lying as densely as
  /// it can.
  long missingNow(Need need) {
    Arrays.fill(counted, 0);
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      counted[size.bank] += size.slabsFor(size.live + need.objects(size));
    }
    return missing();
  }

  private long missing() {
    long missing = 0;
    for (int bank = 0; bank < counted.length; bank++) {
      missing += Math.max(0, counted[bank] - shape.slabs(bank));
    }
    return missing;
  }

  /// Makes every object of `need` a place, moving others if it must. Resting objects stay where
  /// they are and can make it impossible for now.
  boolean secure(Need need) {
    for (int bank = 0; bank < freeCount.length; bank++) {
      while (freeCount[bank] < slabsBeyondPlaces(need, bank)) {
        Slab sparsest = sparsest(need, bank);
        if (sparsest == null) {
          return false;
        }
        empty(sparsest);
      }
    }
    return true;
  }

  private int slabsBeyondPlaces(Need need, int bank) {
    int wanted = 0;
    for (int i = 0; i < sizes.size(); i++) {
      SizeClass size = sizes.get(i);
      int beyond = size.bank == bank ? need.objects(size) - size.freePlaces() : 0;
      wanted += size.slabsFor(Math.max(0, beyond));
    }
    return wanted;
  }

  /// The slab of `bank` that costs least to empty, among sizes that have a whole slab of places to
  /// spare.
  private @Nullable Slab sparsest(Need need, int bank) {
    Slab best = null;
    for (SizeClass size : sizes) {
      if (size.bank != bank || size.freePlaces() - need.objects(size) < size.perSlab) {
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
