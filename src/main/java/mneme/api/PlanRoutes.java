package mneme.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import mneme.engine.Forecast;
import mneme.engine.Planner;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// What fits where, before and after a model is loaded: `/api/plan`.
public final class PlanRoutes {
  private final Site site;

  private PlanRoutes(Site site) {
    this.site = site;
  }

  static List<Route> of(Site site) {
    return List.of(Route.post("/api/plan", new PlanRoutes(site)::plan));
  }

  /// `ctx` tokens for each of `users` sequences; the whole context and one, unless said otherwise.
  private CompletionStage<HttpResponse> plan(Exchange exchange) {
    Fields fields = exchange.json();
    Planner.Query query =
        new Planner.Query(
            fields.integer("ctx", 1, Integer.MAX_VALUE),
            fields.integer("users", 1, 1_000_000).orElse(1));
    return site.engine()
        .plan(fields.text("model"), query)
        .thenApply(forecast -> Answers.json(out -> write(forecast, out)));
  }

  /// As the command `plan --json` prints it, too.
  public static String text(Forecast forecast) {
    return Json.write(out -> write(forecast, out)).utf8String();
  }

  private static void write(Forecast forecast, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("model", forecast.model());
    out.writeBooleanField("loaded", forecast.isLoaded());
    out.writeNumberField("context", forecast.layout().contextTokens());
    out.writeNumberField("page_tokens", forecast.layout().pageTokens());
    out.writeArrayFieldStart("groups");
    for (Forecast.Group group : forecast.layout().groups()) {
      out.writeStartObject();
      out.writeNumberField("page_bytes", group.pageBytes());
      out.writeNumberField("layers", group.layers());
      out.writeNumberField("window", group.windowTokens());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeNumberField("state_bytes", forecast.layout().stateBytes());
    out.writeArrayFieldStart("devices");
    for (Forecast.OnDevice device : forecast.devices()) {
      write(device, out);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void write(Forecast.OnDevice device, JsonGenerator out) throws IOException {
    Forecast.Bytes bytes = device.bytes();
    out.writeStartObject();
    out.writeStringField("device", device.device());
    out.writeStringField("name", device.name());
    out.writeObjectFieldStart("bytes");
    out.writeNumberField("free", bytes.freeBytes());
    out.writeNumberField("weights", bytes.weightBytes());
    out.writeNumberField("scratch", bytes.scratchBytes());
    out.writeNumberField("pool", bytes.poolBytes());
    out.writeNumberField("checkpoints", bytes.checkpointBytes());
    out.writeEndObject();
    out.writeNumberField("slabs", bytes.slabs());
    out.writeNumberField("slab_bytes", bytes.slabBytes());
    if (device.because().isPresent()) {
      out.writeStringField("because", device.because().get());
    }
    out.writeArrayFieldStart("lengths");
    for (Forecast.Length length : device.lengths()) {
      write(length, out);
    }
    out.writeEndArray();
    if (device.asked().isPresent()) {
      write(device.asked().get(), out);
    }
    out.writeEndObject();
  }

  private static void write(Forecast.Length length, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("tokens", length.tokens());
    out.writeArrayFieldStart("pages");
    for (long bytes : length.pageBytes()) {
      out.writeNumber(bytes);
    }
    out.writeEndArray();
    out.writeNumberField("states", length.stateBytes());
    out.writeNumberField("bytes", length.bytes());
    out.writeNumberField("peak", length.peakBytes());
    if (length.sequences() < Long.MAX_VALUE) {
      out.writeNumberField("sequences", length.sequences());
    }
    out.writeEndObject();
  }

  private static void write(Forecast.Crowd crowd, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("asked");
    out.writeNumberField("users", crowd.users());
    out.writeNumberField("tokens", crowd.tokens());
    out.writeNumberField("pages", crowd.pageBytes());
    out.writeNumberField("states", crowd.stateBytes());
    out.writeNumberField("bytes", crowd.bytes());
    out.writeNumberField("slabs", crowd.slabs());
    out.writeBooleanField("fits", crowd.fits());
    out.writeEndObject();
  }
}
