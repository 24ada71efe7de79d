package mneme.schedule;

/// How many bytes of a device its pool takes.
///
/// @param fixedBytes exactly that many; 0: a share of what is free once the first model is placed
/// @param share of the free bytes, between 0 and 1
/// @param mostBytes never more than that
public record PoolSize(long fixedBytes, double share, long mostBytes) {
  /// @param freeBytes of the device beside the weights and the scratch of its first model
  public long bytes(long freeBytes) {
    return fixedBytes > 0 ? fixedBytes : Math.min(mostBytes, (long) (freeBytes * share));
  }
}
