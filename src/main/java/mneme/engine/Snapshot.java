package mneme.engine;

import java.util.List;

/// One picture of a node at one moment.
///
/// @param healthy a decode step finished lately, or nothing was waiting for one
public record Snapshot(boolean healthy, List<Pool> pools, List<Load> models) {
  public Snapshot {
    pools = List.copyOf(pools);
    models = List.copyOf(models);
  }

  /// Bytes of one device's pool by what they hold: free + leased pages + leased states + resting +
  /// cached = total.
  public record Pool(
      String device,
      long totalBytes,
      long freeBytes,
      long pageBytes,
      long stateBytes,
      long restingBytes,
      long cachedBytes) {}

  /// Counters of one model's scheduler since it was loaded, and its queue now.
  public record Load(
      String model,
      int running,
      int waiting,
      long steps,
      long prefillTokens,
      long decodeTokens,
      long cachedTokens,
      long preemptions,
      long stepNs) {}
}
