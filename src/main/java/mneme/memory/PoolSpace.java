package mneme.memory;

/// The bytes of a pool before it is cut into slabs. What a device cannot allocate at once it gives
/// in parts, one after the other: all have `partBytes` bytes but the last, which has what is left.
/// Nothing that is lent may lie in two of them.
public record PoolSpace(long bytes, long partBytes) {
  public PoolSpace {
    if (bytes < 0 || partBytes < MemoryPlan.ALIGNMENT_BYTES) {
      throw new IllegalArgumentException(
          "a pool of %d bytes in parts of %d".formatted(bytes, partBytes));
    }
    if (bytes > partBytes && partBytes % MemoryPlan.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException(
          "parts of %d bytes are no multiple of %d"
              .formatted(partBytes, MemoryPlan.ALIGNMENT_BYTES));
    }
  }

  /// One part.
  public static PoolSpace whole(long bytes) {
    return new PoolSpace(bytes, Math.max(bytes, MemoryPlan.ALIGNMENT_BYTES));
  }

  /// Bytes of the largest part.
  long largestBytes() {
    return Math.min(bytes, partBytes);
  }

  /// How many slabs of `slabBytes` lie in a part each.
  long slabs(long slabBytes) {
    return bytes / partBytes * (partBytes / slabBytes) + bytes % partBytes / slabBytes;
  }

  PoolShape.Bank cut(long slabBytes) {
    return new PoolShape.Bank(Math.toIntExact(slabs(slabBytes)), partBytes);
  }

  @Override
  public String toString() {
    return bytes > partBytes
        ? "%d bytes in parts of %d".formatted(bytes, partBytes)
        : bytes + " bytes";
  }
}
