package mneme.memory;

import org.jspecify.annotations.Nullable;

/// A run of the pool's bytes that holds objects of one size. Remembers for each place whose bytes
/// lie there, so that it is scrubbed before a stranger gets it.
final class Slab {
  final int index;
  final SizeClass size;
  private final long start;

  /// Tenant whose bytes lie behind the last place, where no object reaches.
  private final int tailTenant;

  /// What lies in each place; null where free.
  final @Nullable Block[] blocks;

  /// Tenant whose bytes were last written in each place; see [Tenants].
  final int[] tenants;

  /// Free places, the next one to use last.
  private final int[] free;

  private int freeCount;
  int resting;

  Slab(int index, PoolShape shape, SizeClass size, int tenant) {
    this.index = index;
    start = shape.at(index);
    tailTenant = shape.slabBytes() % size.bytes == 0 ? Tenants.NOBODY : tenant;
    this.size = size;
    blocks = new Block[size.perSlab];
    tenants = new int[size.perSlab];
    free = new int[size.perSlab];
    freeCount = size.perSlab;
    for (int i = 0; i < free.length; i++) {
      free[i] = free.length - 1 - i;
      tenants[i] = tenant;
    }
  }

  long at(int place) {
    return start + place * size.bytes;
  }

  int nextPlace() {
    return free[freeCount - 1];
  }

  int live() {
    return blocks.length - freeCount;
  }

  boolean isFull() {
    return freeCount == 0;
  }

  void put(Block block) {
    int place = free[--freeCount];
    blocks[place] = block;
    block.slab = this;
    block.place = place;
  }

  /// Frees the place of `block`; its bytes stay as they are.
  void remove(Block block) {
    blocks[block.place] = null;
    tenants[block.place] = block.isTainted ? Tenants.MIXED : block.tenant;
    free[freeCount++] = block.place;
  }

  /// The one tenant whose bytes lie anywhere in the slab, or [Tenants#MIXED].
  int tenant() {
    int tenant = tailTenant;
    for (int other : tenants) {
      if (tenant == Tenants.NOBODY) {
        tenant = other;
      } else if (other != Tenants.NOBODY && other != tenant) {
        return Tenants.MIXED;
      }
    }
    return tenant;
  }
}
