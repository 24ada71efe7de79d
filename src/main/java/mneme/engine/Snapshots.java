package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mneme.memory.Usage;
import org.jspecify.annotations.Nullable;

/// Puts a node's picture together from what its actors report.
final class Snapshots {
  private static final long STALLED_NS = 5_000_000_000L;

  private Snapshots() {}

  /// @param books by device
  /// @param counters of the reports that have a scheduler, in their order
  static Snapshot of(
      Map<String, MemoryPool.Books> books,
      List<HostReport> reports,
      List<Scheduler.Counters> counters,
      List<Snapshot.Device> devices) {
    List<Snapshot.Pool> pools = new ArrayList<>();
    books.forEach((device, book) -> pools.add(pool(device, book.usage())));
    List<Snapshot.Load> loads = new ArrayList<>();
    List<HostReport> served =
        reports.stream().filter(report -> report.served().isPresent()).toList();
    for (int i = 0; i < served.size(); i++) {
      loads.add(load(books, served.get(i), counters.get(i)));
    }
    boolean healthy = counters.stream().allMatch(count -> count.waitedNs() < STALLED_NS);
    return new Snapshot(healthy, pools, loads, devices);
  }

  private static Snapshot.Pool pool(String device, Usage usage) {
    return new Snapshot.Pool(
        device,
        usage.totalBytes(),
        usage.freeBytes(),
        usage.pageBytes(),
        usage.stateBytes(),
        usage.restingBytes(),
        usage.cachedBytes());
  }

  private static Snapshot.Load load(
      Map<String, MemoryPool.Books> books, HostReport report, Scheduler.Counters count) {
    HostReport.Served served = report.served().orElseThrow();
    MemoryPool.Traffic traffic = traffic(books.get(served.device()), served.poolModel());
    return new Snapshot.Load(
        report.running().orElseThrow().model().name(),
        count.running(),
        traffic.waiting(),
        count.steps(),
        count.prefillTokens(),
        count.decodeTokens(),
        traffic.cachedTokens(),
        traffic.preemptions(),
        count.stepNs());
  }

  private static MemoryPool.Traffic traffic(MemoryPool.@Nullable Books books, int poolModel) {
    MemoryPool.Traffic none = new MemoryPool.Traffic(poolModel, 0, 0, 0);
    return books == null
        ? none
        : books.models().stream()
            .filter(model -> model.model() == poolModel)
            .findFirst()
            .orElse(none);
  }
}
