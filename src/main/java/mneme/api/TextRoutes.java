package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// Between text and tokens, as llama-server and vLLM offer it: `/tokenize`, `/detokenize`,
/// `/apply-template`.
final class TextRoutes {
  private final Site site;

  private TextRoutes(Site site) {
    this.site = site;
  }

  static List<Route> of(Site site) {
    TextRoutes routes = new TextRoutes(site);
    return List.of(
        Route.post("/tokenize", routes::tokenize),
        Route.post("/detokenize", routes::detokenize),
        Route.post("/apply-template", routes::render));
  }

  /// `content` (or `prompt`) in, `tokens` out. `add_special` recognizes control tokens written in
  /// the text and adds what the model wants at its ends; it is on unless switched off.
  private CompletionStage<HttpResponse> tokenize(Exchange exchange) {
    Fields fields = exchange.json();
    String text = fields.textIf("content").orElseGet(() -> fields.text("prompt"));
    boolean special = fields.flag("add_special", true);
    return model(fields)
        .thenApplyAsync(
            model -> {
              int[] ids = model.tokenizer().encode(text, special);
              return Answers.json(out -> {
                out.writeStartObject();
                out.writeFieldName("tokens");
                out.writeArray(ids, 0, ids.length);
                out.writeNumberField("count", ids.length);
                out.writeNumberField("max_model_len", model.contextTokens());
                out.writeEndObject();
              });
            },
            site.workers());
  }

  private CompletionStage<HttpResponse> detokenize(Exchange exchange) {
    Fields fields = exchange.json();
    List<JsonNode> tokens =
        fields.list("tokens").orElseThrow(() -> Refusal.of("tokens", "tokens is required"));
    return model(fields)
        .thenApplyAsync(
            model -> {
              ByteArrayOutputStream bytes = new ByteArrayOutputStream();
              int last = model.tokenizer().vocabulary() - 1;
              for (JsonNode token : tokens) {
                int id = (int) Fields.whole(token, "tokens", 0, last);
                bytes.writeBytes(model.tokenizer().bytes(id));
              }
              return one("content", bytes.toString(StandardCharsets.UTF_8));
            },
            site.workers());
  }

  private CompletionStage<HttpResponse> render(Exchange exchange) {
    Fields fields = exchange.json();
    Prompts.Chat chat = Conversation.of(fields);
    return model(fields)
        .thenApplyAsync(
            model -> {
              String prompt = site.prompts().render(model, chat);
              Tokens tokens = Prompts.encode(model, prompt);
              return Answers.json(out -> {
                out.writeStartObject();
                out.writeStringField("prompt", prompt);
                out.writeNumberField("count", tokens.length());
                out.writeEndObject();
              });
            },
            site.workers());
  }

  private CompletionStage<ServedModel> model(Fields fields) {
    return site.models().load(fields.text("model"), Optional.empty());
  }

  private static HttpResponse one(String name, String text) {
    return Answers.json(out -> {
      out.writeStartObject();
      out.writeStringField(name, text);
      out.writeEndObject();
    });
  }
}
