package mneme.api;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mneme.engine.Snapshot;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// Whether the node lives, and its numbers.
final class HealthRoutes {
  private static final long PATIENCE_MS = 2_000;
  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  private final Site site;

  private HealthRoutes(Site site) {
    this.site = site;
  }

  static List<Route> of(Site site) {
    HealthRoutes health = new HealthRoutes(site);
    return List.of(
        Route.get("/health", health::health).open(),
        Route.get("/v1/health", health::health).open(),
        Route.get("/metrics", health::metrics));
  }

  /// 200 only if the engine answers and its steps move.
  private CompletionStage<HttpResponse> health(Exchange exchange) {
    return snapshot()
        .thenApply(Snapshot::healthy)
        .exceptionally(_ -> false)
        .thenApply(isHealthy ->
            isHealthy
                ? Answers.json(out -> {
                  out.writeStartObject();
                  out.writeStringField("status", "ok");
                  out.writeEndObject();
                })
                : Dialect.OPENAI.refuse(
                    ApiError.of(503, "the engine does not answer or its steps stand still")));
  }

  private CompletionStage<HttpResponse> metrics(Exchange exchange) {
    ExpositionFormatWriter writer = FORMATS.findWriter(exchange.header("Accept").orElse(""));
    return snapshot()
        .thenApply(NodeMetrics::of)
        .thenApply(node -> {
          MetricSnapshots.Builder all = MetricSnapshots.builder();
          site.metrics().scrape().forEach(all::metricSnapshot);
          node.forEach(all::metricSnapshot);
          return written(writer, all.build());
        });
  }

  private static HttpResponse written(ExpositionFormatWriter writer, MetricSnapshots snapshots) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writer.write(out, snapshots);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return HttpResponse.create()
        .withEntity(
            HttpEntities.create(ContentTypes.parse(writer.getContentType()), out.toByteArray()));
  }

  private CompletableFuture<Snapshot> snapshot() {
    return site.engine()
        .snapshot()
        .toCompletableFuture()
        .copy()
        .orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS);
  }
}
