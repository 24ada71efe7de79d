package mneme.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One picture of a node at one moment.
///
/// @param healthy a decode step finished lately, or nothing was waiting for one
public record Snapshot(boolean healthy, List<Pool> pools, List<Load> models, List<Device> devices) {
  public Snapshot {
    devices = List.copyOf(devices);
    pools = List.copyOf(pools);
    models = List.copyOf(models);
  }

  /// One device of the configuration.
  ///
  /// @param freeBytes when it was opened and nothing of ours was on it; 0 while it is not open
  /// @param allocatedBytes that everything of ours takes there now; empty where nobody counts
  /// @param because why it is not used
  public record Device(
      String device, long freeBytes, OptionalLong allocatedBytes, Optional<String> because) {}

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
      long stepNs) {
    Load plus(Scheduler.Counters lane, MemoryPool.Traffic traffic) {
      return new Load(
          model,
          running + lane.running(),
          waiting + traffic.waiting(),
          steps + lane.steps(),
          prefillTokens + lane.prefillTokens(),
          decodeTokens + lane.decodeTokens(),
          cachedTokens + traffic.cachedTokens(),
          preemptions + traffic.preemptions(),
          stepNs + lane.stepNs());
    }
  }
}
