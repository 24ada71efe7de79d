package mneme.memory;

import java.util.List;

/// How a pool is cut: slabs of `slabBytes` bytes each, in banks. A bank is the part of a pool that
/// lies on one device; most pools have one. Addresses are byte offsets into the pool, from 0 to
/// [#bytes()], bank after bank.
///
/// @param bankSlabs slabs of each bank
public record PoolShape(List<Integer> bankSlabs, long slabBytes) {
  public PoolShape {
    bankSlabs = List.copyOf(bankSlabs);
    int slabs = bankSlabs.stream().reduce(0, Math::addExact);
    boolean isNegative = bankSlabs.stream().anyMatch(count -> count < 0);
    if (slabs < 1 || isNegative || slabBytes < 1 || slabBytes % MemoryPlan.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException(
          "pool of %s slabs of %d bytes; wanted at least one slab and a multiple of %d bytes"
              .formatted(bankSlabs, slabBytes, MemoryPlan.ALIGNMENT_BYTES));
    }
    Math.multiplyExact(slabs, slabBytes);
  }

  /// Of one bank.
  public PoolShape(int slabs, long slabBytes) {
    this(List.of(slabs), slabBytes);
  }

  public int banks() {
    return bankSlabs.size();
  }

  public int slabs() {
    return firstSlab(banks());
  }

  public int slabs(int bank) {
    return bankSlabs.get(bank);
  }

  /// Number of the first slab of `bank`, which is how many the banks before it have.
  int firstSlab(int bank) {
    int slabs = 0;
    for (int i = 0; i < bank; i++) {
      slabs += bankSlabs.get(i);
    }
    return slabs;
  }

  public long bytes() {
    return slabs() * slabBytes;
  }

  public long bytes(int bank) {
    return slabs(bank) * slabBytes;
  }

  /// Address at which `bank` begins.
  public long start(int bank) {
    return firstSlab(bank) * slabBytes;
  }

  /// The bank that `address` lies in.
  public int bankOf(long address) {
    int bank = 0;
    while (address >= start(bank + 1)) {
      bank++;
    }
    return bank;
  }
}
