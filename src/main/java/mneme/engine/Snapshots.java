package mneme.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import mneme.memory.Usage;
import org.jspecify.annotations.Nullable;

/// Puts a node's picture together from what its actors report.
final class Snapshots {
  private static final long STALLED_NS = 5_000_000_000L;

  private Snapshots() {}

  /// @param books by device
  /// @param counters of the reports' lanes, in their order
  static Snapshot of(
      Map<String, MemoryPool.Books> books,
      List<HostReport> reports,
      List<Scheduler.Counters> counters,
      List<Snapshot.Device> devices) {
    List<Snapshot.Pool> pools = new ArrayList<>();
    books.forEach((device, book) -> pools.add(pool(device, book.usage())));
    List<Snapshot.Load> loads = new ArrayList<>();
    Iterator<Scheduler.Counters> counts = counters.iterator();
    for (HostReport report : reports) {
      report
          .running()
          .ifPresent(running -> loads.add(load(books, running.model().name(), report, counts)));
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

  /// The sums over a model's lanes.
  private static Snapshot.Load load(
      Map<String, MemoryPool.Books> books,
      String model,
      HostReport report,
      Iterator<Scheduler.Counters> counts) {
    Snapshot.Load sum = new Snapshot.Load(model, 0, 0, 0, 0, 0, 0, 0, 0);
    for (HostReport.Served lane : report.served()) {
      sum = sum.plus(counts.next(), traffic(books.get(lane.device()), lane.poolModel()));
    }
    return sum;
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
