package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import mneme.memory.Usage;

/// Puts a node's picture together from what its actors report.
final class Snapshots {
  private static final long STALLED_NS = 5_000_000_000L;

  private Snapshots() {}

  /// @param counters of the reports that have a scheduler, in their order
  static Snapshot of(
      MemoryPool.Books books, List<ModelHost.Report> reports, List<Scheduler.Counters> counters) {
    Usage usage = books.usage();
    List<Snapshot.Load> loads = new ArrayList<>();
    List<ModelHost.Report> served =
        reports.stream().filter(report -> report.served().isPresent()).toList();
    for (int i = 0; i < served.size(); i++) {
      loads.add(load(books, served.get(i), counters.get(i)));
    }
    boolean healthy = counters.stream().allMatch(count -> count.waitedNs() < STALLED_NS);
    return new Snapshot(
        healthy,
        List.of(
            new Snapshot.Pool(
                books.device(),
                usage.totalBytes(),
                usage.freeBytes(),
                usage.pageBytes(),
                usage.stateBytes(),
                usage.restingBytes(),
                usage.cachedBytes())),
        loads);
  }

  private static Snapshot.Load load(
      MemoryPool.Books books, ModelHost.Report report, Scheduler.Counters count) {
    int poolModel = report.served().orElseThrow().poolModel();
    MemoryPool.Traffic traffic =
        books.models().stream()
            .filter(model -> model.model() == poolModel)
            .findFirst()
            .orElse(new MemoryPool.Traffic(poolModel, 0, 0, 0));
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
}
