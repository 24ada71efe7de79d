package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/// The endpoints of the OpenAI dialect that generate.
final class OpenAiRoutes {
  private static final int MAX_ALTERNATIVES = 20;

  /// Variables of a template that only the server sets.
  private static final Set<String> RESERVED =
      Set.of("messages", "tools", "documents", "bos_token", "eos_token", "add_generation_prompt");

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
    return call.model()
        .thenComposeAsync(
            model -> {
              String text = site.prompts().render(model, conversation(fields, model));
              return call.generate(
                  model,
                  List.of(Prompts.encode(model, text)),
                  OpenAiReply.Shape.CHAT,
                  chatLogprobs(fields));
            },
            site.workers());
  }

  /// Messages, tools and template variables of a request.
  ///
  /// @throws Refusal if there are no messages
  static Prompts.Chat conversation(Fields fields, ServedModel model) {
    List<Map<String, @Nullable Object>> messages = Messages.openAi(fields.objects("messages"));
    if (messages.isEmpty()) {
      throw Refusal.of("messages", "messages must hold at least one message");
    }
    boolean hidesTools = fields.textIf("tool_choice").orElse("").equals("none");
    List<Object> tools = hidesTools ? List.of() : Messages.tools(fields);
    return new Prompts.Chat(messages, tools, variables(fields, model));
  }

  private CompletionStage<HttpResponse> text(Exchange exchange) {
    OpenAiCall call =
        new OpenAiCall(site, generations, exchange, OpenAiFields.text(exchange.json()));
    return call.model()
        .thenComposeAsync(
            model ->
                call.generate(
                    model,
                    prompts(call.fields(), model),
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

  private static Map<String, @Nullable Object> variables(Fields fields, ServedModel model) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    fields
        .object("chat_template_kwargs")
        .ifPresent(given -> {
          for (String name : given.names()) {
            if (RESERVED.contains(name)) {
              throw Refusal.of(given.name(name), given.name(name) + " is set by the server");
            }
            variables.put(name, Fields.plain(given.node().get(name)));
          }
        });
    fields.textIf("reasoning_effort").ifPresent(effort -> reasoning(effort, model, variables));
    return variables;
  }

  private static void reasoning(
      String effort, ServedModel model, Map<String, @Nullable Object> variables) {
    boolean isOff = effort.equals("none");
    if (!isOff && !Capabilities.of(model).thinking()) {
      throw Refusal.of(
          "reasoning_effort", "model '" + model.name() + "' does not support reasoning");
    }
    variables.put("enable_thinking", !isOff);
    variables.put("reasoning_effort", effort);
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
