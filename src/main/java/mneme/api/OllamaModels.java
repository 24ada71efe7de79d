package mneme.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mneme.engine.Engine;
import mneme.engine.ServedModel;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// What there is: version, models on disk, models loaded, one model in full.
final class OllamaModels {
  /// Far enough for clients that cannot read "never".
  private static final Instant NEVER = Instant.parse("2318-01-01T00:00:00Z");

  /// A model file has no date of its own here; that of the server's start is at least not later
  /// than its first use.
  private final Instant started = Instant.now();

  private final Site site;

  OllamaModels(Site site) {
    this.site = site;
  }

  /// Clients look for exactly these words.
  CompletionStage<HttpResponse> root(Exchange exchange) {
    return CompletableFuture.completedFuture(Answers.text("Ollama is running"));
  }

  CompletionStage<HttpResponse> version(Exchange exchange) {
    String mneme =
        Optional.ofNullable(OllamaModels.class.getPackage().getImplementationVersion())
            .orElse("development");
    return CompletableFuture.completedFuture(
        Answers.json(out -> {
          out.writeStartObject();
          out.writeStringField("version", site.settings().ollamaVersion());
          out.writeStringField("mneme", mneme);
          out.writeEndObject();
        }));
  }

  CompletionStage<HttpResponse> tags(Exchange exchange) {
    return site.engine()
        .models()
        .thenApplyAsync(
            models ->
                listed(
                    models,
                    (out, model) -> {
                      identity(out, model);
                      out.writeStringField("modified_at", OllamaReply.time(started));
                      details(out, model);
                      capabilities(out, model);
                    }),
            site.workers());
  }

  CompletionStage<HttpResponse> running(Exchange exchange) {
    return site.engine()
        .running()
        .thenApply(running ->
            listed(
                running.stream()
                    .sorted(Comparator.comparing(OllamaModels::end).reversed())
                    .toList(),
                (out, one) -> {
                  identity(out, one.model());
                  details(out, one.model());
                  out.writeStringField("expires_at", OllamaReply.time(end(one)));
                  out.writeNumberField("size_vram", one.deviceBytes());
                  out.writeNumberField("context_length", one.model().contextTokens());
                  out.writeNumberField("sequences", one.sequences());
                  out.writeStringField("device", one.place().device());
                  out.writeStringField("placement", one.place().why());
                }));
  }

  CompletionStage<HttpResponse> show(Exchange exchange) {
    Fields fields = exchange.json();
    String name = fields.textIf("model").or(() -> fields.textIf("name")).orElse("");
    boolean isVerbose = fields.flag("verbose", false);
    return site.models()
        .find(name)
        .thenApplyAsync(model -> Answers.json(out -> shown(out, model, isVerbose)), site.workers());
  }

  private void shown(JsonGenerator out, ServedModel model, boolean isVerbose) throws IOException {
    out.writeStartObject();
    out.writeStringField("license", model.metadata().text("general.license", ""));
    out.writeStringField("modelfile", "FROM " + model.name() + "\n");
    out.writeStringField("parameters", "");
    out.writeStringField("template", model.chatTemplate().orElse(""));
    details(out, model);
    out.writeObjectFieldStart("model_info");
    for (Map.Entry<String, Object> entry : new TreeMap<>(model.metadata().values()).entrySet()) {
      boolean isLong = entry.getValue() instanceof List<?> list && list.size() > 64;
      out.writeFieldName(entry.getKey());
      out.writePOJO(isLong && !isVerbose ? null : entry.getValue());
    }
    out.writeEndObject();
    capabilities(out, model);
    out.writeStringField("modified_at", OllamaReply.time(started));
    out.writeEndObject();
  }

  private interface Item<T> {
    void write(JsonGenerator out, T item) throws IOException;
  }

  private static <T> HttpResponse listed(List<T> items, Item<T> writer) {
    return Answers.json(out -> {
      out.writeStartObject();
      out.writeArrayFieldStart("models");
      for (T item : items) {
        out.writeStartObject();
        writer.write(out, item);
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    });
  }

  private static void identity(JsonGenerator out, ServedModel model) throws IOException {
    out.writeStringField("name", Models.tagged(model.name()));
    out.writeStringField("model", Models.tagged(model.name()));
    out.writeNumberField("size", model.fileBytes());
    out.writeStringField("digest", model.digest());
  }

  private static void details(JsonGenerator out, ServedModel model) throws IOException {
    String family = model.metadata().text("general.architecture", "");
    out.writeObjectFieldStart("details");
    out.writeStringField("parent_model", "");
    out.writeStringField("format", "gguf");
    out.writeStringField("family", family);
    out.writeArrayFieldStart("families");
    out.writeString(family);
    out.writeEndArray();
    out.writeStringField("parameter_size", count(model.parameters()));
    out.writeStringField("quantization_level", model.encoding());
    out.writeNumberField("context_length", model.contextTokens());
    out.writeNumberField(
        "embedding_length", model.metadata().integer(family + ".embedding_length", 0));
    out.writeEndObject();
  }

  private void capabilities(JsonGenerator out, ServedModel model) throws IOException {
    out.writeArrayFieldStart("capabilities");
    for (String name : site.prompts().capabilityNames(model)) {
      out.writeString(name);
    }
    out.writeEndArray();
  }

  private static Instant end(Engine.Running running) {
    return running.expiresAt().orElse(NEVER);
  }

  /// As in `7.6B`, `494.03M`, `260K`.
  static String count(long parameters) {
    if (parameters >= 1_000_000_000) {
      return String.format(Locale.ROOT, "%.1fB", parameters / 1e9);
    }
    return parameters >= 1_000_000
        ? String.format(Locale.ROOT, "%.2fM", parameters / 1e6)
        : String.format(Locale.ROOT, "%.0fK", parameters / 1e3);
  }
}
