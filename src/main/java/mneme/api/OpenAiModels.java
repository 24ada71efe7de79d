package mneme.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import mneme.engine.ServedModel;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// `GET /v1/models` and `GET /v1/models/{id}`.
final class OpenAiModels {
  private final Site site;
  private final long startedSeconds = System.currentTimeMillis() / 1000;

  OpenAiModels(Site site) {
    this.site = site;
  }

  CompletionStage<HttpResponse> list(Exchange exchange) {
    return site.engine()
        .models()
        .thenApply(models ->
            Answers.json(out -> {
              out.writeStartObject();
              out.writeStringField("object", "list");
              out.writeArrayFieldStart("data");
              for (ServedModel model : models) {
                write(out, model);
              }
              out.writeEndArray();
              out.writeEndObject();
            }));
  }

  CompletionStage<HttpResponse> one(Exchange exchange) {
    return site.models()
        .find(exchange.rest())
        .thenApply(model -> Answers.json(out -> write(out, model)));
  }

  /// `max_model_len` and `meta` are what vLLM and llama.cpp add.
  private void write(JsonGenerator out, ServedModel model) throws IOException {
    out.writeStartObject();
    out.writeStringField("id", model.name());
    out.writeStringField("object", "model");
    out.writeNumberField("created", startedSeconds);
    out.writeStringField("owned_by", "mneme");
    out.writeNumberField("max_model_len", model.contextTokens());
    out.writeObjectFieldStart("meta");
    out.writeNumberField("n_params", model.parameters());
    out.writeNumberField("size", model.fileBytes());
    out.writeNumberField("n_vocab", model.tokenizer().vocabulary());
    out.writeEndObject();
    out.writeEndObject();
  }
}
