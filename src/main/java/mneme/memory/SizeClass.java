package mneme.memory;

import java.util.BitSet;

/// Everything of one object size in one bank: which slabs serve it, and the counts that admission
/// adds up. Pages and states of equal size, of any model, share a class.
final class SizeClass {
  final int id;
  final int bank;
  final long bytes;

  /// Objects in a slab; changes only while there is none.
  int perSlab;

  /// Slabs of this class that have a free place, by index.
  final BitSet open = new BitSet();

  /// Slabs of this class, by index.
  final BitSet slabs = new BitSet();

  int slabCount;

  /// Objects in place: leased, cached and resting.
  int live;

  /// Of the live, those that only the prefix index holds.
  int cached;

  /// Of the live, those that wait for a step to end.
  int resting;

  /// Objects set aside for leases that have not taken them yet.
  int promised;

  SizeClass(int id, ObjectSize size, int perSlab) {
    this.id = id;
    this.bank = size.bank();
    this.bytes = size.bytes();
    this.perSlab = perSlab;
  }

  int freePlaces() {
    return slabCount * perSlab - live;
  }

  /// Slabs that `objects` of this size fill.
  int slabsFor(int objects) {
    return Math.ceilDiv(objects, perSlab);
  }
}
