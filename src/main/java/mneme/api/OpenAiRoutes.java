package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// The endpoints of the OpenAI dialect that generate.
final class OpenAiRoutes {
  private static final int MAX_ALTERNATIVES = 20;

  private final Site site;
  private final Generations generations;

  private OpenAiRoutes(Site site, Generations generations) {
    this.site = site;
    this.generations = generations;
  }

  static List<Route> of(Site site, Generations generations) {
    OpenAiRoutes routes = new OpenAiRoutes(site, generations);
    OpenAiModels models = new OpenAiModels(site);
    return List.of(
        Route.post("/v1/chat/completions", routes::chat),
        Route.post("/v1/completions", routes::text),
        Route.get("/v1/models", models::list),
        Route.get("/v1/models/*", models::one));
  }

  private CompletionStage<HttpResponse> chat(Exchange exchange) {
    OpenAiCall call =
        new OpenAiCall(site, generations, exchange, OpenAiFields.chat(exchange.json()));
    Fields fields = call.fields();
    Prompts.Chat conversation = Conversation.of(fields);
    return call.model()
        .thenComposeAsync(
            model -> {
              checkReasoning(fields, model);
              String text = site.prompts().render(model, conversation);
              return call.generate(
                  model,
                  List.of(Prompt.rendered(model, text)),
                  OpenAiReply.Shape.CHAT,
                  chatLogprobs(fields));
            },
            site.workers());
  }

  private CompletionStage<HttpResponse> text(Exchange exchange) {
    OpenAiCall call =
        new OpenAiCall(site, generations, exchange, OpenAiFields.text(exchange.json()));
    return call.model()
        .thenComposeAsync(
            model ->
                call.generate(
                    model,
                    prompts(call.fields(), model).stream().map(Prompt::plain).toList(),
                    OpenAiReply.Shape.TEXT,
                    call.fields().integer("logprobs", 0, MAX_ALTERNATIVES)),
            site.workers());
  }

  private static Optional<Integer> chatLogprobs(Fields fields) {
    Optional<Integer> top = fields.integer("top_logprobs", 0, MAX_ALTERNATIVES);
    boolean isOn = fields.flag("logprobs", false);
    if (top.isPresent() && !isOn) {
      throw Refusal.of("top_logprobs", "top_logprobs needs logprobs to be true");
    }
    return isOn ? Optional.of(top.orElse(0)) : Optional.empty();
  }

  private void checkReasoning(Fields fields, ServedModel model) {
    boolean isOn = !fields.textIf("reasoning_effort").orElse("none").equals("none");
    if (isOn && !site.prompts().capabilities(model).thinking()) {
      throw Refusal.of(
          "reasoning_effort", "model '" + model.name() + "' does not support reasoning");
    }
  }

  /// A string, a list of strings, a list of token ids, or a list of such lists.
  private List<Tokens> prompts(Fields fields, ServedModel model) {
    JsonNode given =
        fields.value("prompt").orElseThrow(() -> Refusal.of("prompt", "prompt is required"));
    if (given.isTextual()) {
      return List.of(Prompts.encode(model, Fields.text(given, "prompt")));
    }
    List<JsonNode> items = Fields.list(given, "prompt");
    if (items.isEmpty()) {
      throw Refusal.of("prompt", "the prompt is empty");
    }
    if (items.getFirst().isNumber()) {
      return List.of(ids(items, model));
    }
    int most = site.settings().limits().choices();
    if (items.size() > most) {
      throw Refusal.of("prompt", "at most " + most + " prompts in one request");
    }
    List<Tokens> prompts = new ArrayList<>();
    for (JsonNode item : items) {
      prompts.add(
          item.isArray()
              ? ids(Fields.list(item, "prompt"), model)
              : Prompts.encode(model, Fields.text(item, "prompt")));
    }
    return prompts;
  }

  private static Tokens ids(List<JsonNode> items, ServedModel model) {
    int[] ids = new int[items.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) Fields.whole(items.get(i), "prompt", 0, model.tokenizer().vocabulary() - 1);
    }
    return Tokens.of(ids);
  }
}
