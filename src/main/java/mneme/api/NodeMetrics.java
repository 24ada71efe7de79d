package mneme.api;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import mneme.engine.Snapshot;

/// One picture of the engine as metrics.
final class NodeMetrics {
  private NodeMetrics() {}

  static List<MetricSnapshot> of(Snapshot snapshot) {
    List<MetricSnapshot> metrics = new ArrayList<>();
    metrics.add(
        GaugeSnapshot.builder()
            .name("mneme_healthy")
            .help("1 if a step finished lately or nothing waits for one.")
            .dataPoint(gauge(Labels.EMPTY, snapshot.healthy() ? 1 : 0))
            .build());
    metrics.add(pools(snapshot.pools()));
    metrics.add(devices(snapshot.devices()));
    List<Snapshot.Load> loads = snapshot.models();
    metrics.add(
        now("mneme_sequences_running", "Sequences in steps.", loads, Snapshot.Load::running));
    metrics.add(now("mneme_sequences_waiting", "Sequences queued.", loads, Snapshot.Load::waiting));
    metrics.add(sum("mneme_steps", "Steps run.", loads, Snapshot.Load::steps));
    metrics.add(sum("mneme_step_seconds", "Time in steps.", loads, load -> load.stepNs() / 1e9));
    metrics.add(
        sum(
            "mneme_prefill_tokens",
            "Prompt tokens computed.",
            loads,
            Snapshot.Load::prefillTokens));
    metrics.add(
        sum("mneme_decode_tokens", "Tokens generated.", loads, Snapshot.Load::decodeTokens));
    metrics.add(
        sum(
            "mneme_cached_tokens",
            "Prompt tokens taken from the prefix index.",
            loads,
            Snapshot.Load::cachedTokens));
    metrics.add(
        sum(
            "mneme_preemptions",
            "Sequences sent back to wait for memory.",
            loads,
            Snapshot.Load::preemptions));
    return metrics;
  }

  private static MetricSnapshot pools(List<Snapshot.Pool> pools) {
    GaugeSnapshot.Builder bytes =
        GaugeSnapshot.builder()
            .name("mneme_pool_bytes")
            .help("Bytes of a device's pool by what they hold; 'total' is their sum.");
    for (Snapshot.Pool pool : pools) {
      String device = pool.device();
      bytes.dataPoint(bytes(device, "total", pool.totalBytes()));
      bytes.dataPoint(bytes(device, "free", pool.freeBytes()));
      bytes.dataPoint(bytes(device, "pages", pool.pageBytes()));
      bytes.dataPoint(bytes(device, "states", pool.stateBytes()));
      bytes.dataPoint(bytes(device, "resting", pool.restingBytes()));
      bytes.dataPoint(bytes(device, "cached", pool.cachedBytes()));
    }
    return bytes.build();
  }

  private static MetricSnapshot devices(List<Snapshot.Device> devices) {
    GaugeSnapshot.Builder bytes =
        GaugeSnapshot.builder()
            .name("mneme_device_bytes")
            .help("Bytes of a device: 'free' before anything of ours was there; 'allocated' now.");
    for (Snapshot.Device device : devices) {
      bytes.dataPoint(bytes(device.device(), "free", device.freeBytes()));
      device
          .allocatedBytes()
          .ifPresent(held -> bytes.dataPoint(bytes(device.device(), "allocated", held)));
    }
    return bytes.build();
  }

  private static GaugeDataPointSnapshot bytes(String device, String kind, long bytes) {
    return gauge(Labels.of("device", device, "kind", kind), (double) bytes);
  }

  private static GaugeDataPointSnapshot gauge(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  private static MetricSnapshot now(
      String name, String help, List<Snapshot.Load> loads, ToDoubleFunction<Snapshot.Load> value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    loads.forEach(load ->
        gauge.dataPoint(gauge(Labels.of("model", load.model()), value.applyAsDouble(load))));
    return gauge.build();
  }

  private static MetricSnapshot sum(
      String name, String help, List<Snapshot.Load> loads, ToDoubleFunction<Snapshot.Load> value) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
    loads.forEach(load ->
        counter.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(Labels.of("model", load.model()))
                .value(value.applyAsDouble(load))
                .build()));
    return counter.build();
  }
}
