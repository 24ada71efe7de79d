package mneme.memory;

/// How a device's pool is cut: `slabs` runs of `slabBytes` bytes each. Addresses are byte offsets
/// into the pool, from 0 to [#bytes()].
public record PoolShape(int slabs, long slabBytes) {
  public PoolShape {
    if (slabs < 1 || slabBytes < 1 || slabBytes % MemoryPlan.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException(
          "pool of %d slabs of %d bytes; wanted at least one slab and a multiple of %d bytes"
              .formatted(slabs, slabBytes, MemoryPlan.ALIGNMENT_BYTES));
    }
    Math.multiplyExact(slabs, slabBytes);
  }

  public long bytes() {
    return slabs * slabBytes;
  }
}
