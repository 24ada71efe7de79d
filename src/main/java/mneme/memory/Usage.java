package mneme.memory;

/// The pool's bytes by what they hold. All but `totalBytes` add up to it.
///
/// @param freeBytes free slabs, free places in used slabs, and the tails of slabs
/// @param pageBytes pages that some sequence holds, each counted once
/// @param stateBytes state blocks and checkpoints that some sequence holds
/// @param restingBytes given back, but a running step may still touch them
/// @param cachedPageBytes pages that only the prefix index holds
/// @param cachedStateBytes checkpoints that the prefix index holds
public record Usage(
    long totalBytes,
    long freeBytes,
    long pageBytes,
    long stateBytes,
    long restingBytes,
    long cachedPageBytes,
    long cachedStateBytes) {
  public long cachedBytes() {
    return cachedPageBytes + cachedStateBytes;
  }

  public long leasedBytes() {
    return pageBytes + stateBytes;
  }
}
