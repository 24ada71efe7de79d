package mneme.api;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import mneme.engine.Event;

/// What the HTTP side counts and times itself.
final class Metrics {
  private static final double[] FIRST_TOKEN_SECONDS = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560
  };
  private static final double[] BETWEEN_TOKENS_SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1,
    2.5, 5, 10, 40, 80
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("mneme_http_requests_total")
          .help("Requests answered, by route and status.")
          .labelNames("route", "status")
          .register(registry);
  private final Histogram firstToken =
      histogram("mneme_time_to_first_token", "From request to first text.", FIRST_TOKEN_SECONDS);
  private final Histogram betweenTokens =
      histogram("mneme_inter_token_latency", "Between two tokens.", BETWEEN_TOKENS_SECONDS);
  private final Counter finished =
      Counter.builder()
          .name("mneme_streams_finished_total")
          .help("Streams ended, by model and reason.")
          .labelNames("model", "reason")
          .register(registry);

  private Histogram histogram(String name, String help, double[] bounds) {
    return Histogram.builder()
        .name(name + "_seconds")
        .help(help)
        .labelNames("model")
        .classicOnly()
        .classicUpperBounds(bounds)
        .register(registry);
  }

  void answered(String route, int status) {
    requests.labelValues(route, Integer.toString(status)).inc();
  }

  MetricSnapshots scrape() {
    return registry.scrape();
  }

  /// Times one stream from now on.
  Timing timing(String model) {
    return new Timing(model);
  }

  /// Sees every event of one stream, on the stream's own thread.
  final class Timing {
    private final String model;
    private final AtomicBoolean isOpen = new AtomicBoolean(true);
    private long lastNs = System.nanoTime();
    private boolean isFirst = true;

    private Timing(String model) {
      this.model = model;
    }

    Event on(Event event) {
      switch (event) {
        case Event.Text text -> onText(Math.max(1, text.tokens().size()));
        case Event.Finished end -> end(end.reason().name());
        case Event.Failed end -> end(end.failure().name());
        case Event.Started _ -> {}
      }
      return event;
    }

    /// The stream is over, whoever ended it.
    void close() {
      end(Event.Reason.CANCELLED.name());
    }

    private void end(String reason) {
      if (isOpen.compareAndSet(true, false)) {
        finished.labelValues(model, reason.toLowerCase(Locale.ROOT)).inc();
      }
    }

    private void onText(int tokens) {
      long now = System.nanoTime();
      double seconds = (now - lastNs) / 1e9;
      lastNs = now;
      if (isFirst) {
        isFirst = false;
        firstToken.labelValues(model).observe(seconds);
        return;
      }
      for (int i = 0; i < tokens; i++) {
        betweenTokens.labelValues(model).observe(seconds / tokens);
      }
    }
  }
}
