package mneme.memory;

import java.util.List;

/// How a pool is cut: slabs of `slabBytes` bytes each, in banks. A bank is the part of a pool that
/// lies on one device; most pools have one. Addresses are byte offsets into the pool, bank after
/// bank.
public record PoolShape(List<Bank> banks, long slabBytes) {
  /// @param slabs as many in a part of the bank as it holds; see [PoolSpace]
  public record Bank(int slabs, long partBytes) {}

  public PoolShape {
    banks = List.copyOf(banks);
    int slabs = 0;
    for (Bank bank : banks) {
      slabs = Math.addExact(slabs, bank.slabs());
      if (bank.slabs() < 0 || bank.slabs() > 0 && bank.partBytes() < slabBytes) {
        throw new IllegalArgumentException(
            "%d slabs of %d bytes do not fit parts of %d"
                .formatted(bank.slabs(), slabBytes, bank.partBytes()));
      }
    }
    if (slabs < 1 || slabBytes < 1 || slabBytes % MemoryPlan.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException(
          "pool of %d slabs of %d bytes; wanted at least one slab and a multiple of %d bytes"
              .formatted(slabs, slabBytes, MemoryPlan.ALIGNMENT_BYTES));
    }
    Math.multiplyExact(slabs, slabBytes);
  }

  /// One bank.
  public PoolShape(int slabs, long slabBytes, long partBytes) {
    this(List.of(new Bank(slabs, partBytes)), slabBytes);
  }

  /// One bank in one part.
  public PoolShape(int slabs, long slabBytes) {
    this(List.of(new Bank(slabs, Long.MAX_VALUE)), slabBytes);
  }

  public int slabs() {
    return firstSlab(banks.size());
  }

  public int slabs(int bank) {
    return banks.get(bank).slabs();
  }

  /// Number of the first slab of `bank`, which is how many the banks before it have.
  int firstSlab(int bank) {
    int slabs = 0;
    for (int i = 0; i < bank; i++) {
      slabs += banks.get(i).slabs();
    }
    return slabs;
  }

  /// Of all slabs.
  public long bytes() {
    return slabs() * slabBytes;
  }

  /// Of the slabs of `bank`.
  public long bytes(int bank) {
    return slabs(bank) * slabBytes;
  }

  /// Address at which `bank` begins.
  public long start(int bank) {
    long start = 0;
    for (int i = 0; i < bank; i++) {
      start += span(i);
    }
    return start;
  }

  /// From the first byte of `bank` to the end of its last slab.
  private long span(int bank) {
    int slabs = slabs(bank);
    return slabs == 0 ? 0 : inBank(bank, slabs - 1) + slabBytes;
  }

  /// Where slab `number` of a bank begins, from the bank's first byte on.
  private long inBank(int bank, int number) {
    long partBytes = banks.get(bank).partBytes();
    long slabsOfPart = partBytes / slabBytes;
    return number / slabsOfPart * partBytes + number % slabsOfPart * slabBytes;
  }

  /// The bank that `address` lies in.
  public int bankOf(long address) {
    int bank = 0;
    while (address >= start(bank + 1)) {
      bank++;
    }
    return bank;
  }

  /// Where a slab begins.
  public long at(int slab) {
    int bank = 0;
    while (slab >= firstSlab(bank + 1)) {
      bank++;
    }
    return start(bank) + inBank(bank, slab - firstSlab(bank));
  }

  /// What the device of `bank` must have for it: from its first byte to the end of the last slab.
  public PoolSpace space(int bank) {
    return new PoolSpace(span(bank), banks.get(bank).partBytes());
  }
}
