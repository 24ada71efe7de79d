package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mneme.engine.Completion;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import mneme.text.Sampling;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// What `/api/generate` and `/api/chat` have in common: model, options, keep-alive, log
/// probabilities, and the refusal of what is not there.
final class OllamaCall {
  private static final int MAX_ALTERNATIVES = 20;

  private final Site site;
  private final Generations generations;
  private final Exchange exchange;
  private final Fields fields;
  private final OllamaReply.Shape shape;
  private final long startNs = System.nanoTime();

  private OllamaCall(
      Site site, Generations generations, Exchange exchange, OllamaReply.Shape shape) {
    this.site = site;
    this.generations = generations;
    this.exchange = exchange;
    this.fields = exchange.json();
    this.shape = shape;
  }

  static OllamaCall of(
      Site site, Generations generations, Exchange exchange, OllamaReply.Shape shape) {
    return new OllamaCall(site, generations, exchange, shape);
  }

  Fields fields() {
    return fields;
  }

  /// Loads the model and hands it to `then`, together with the time that took.
  CompletionStage<HttpResponse> withModel(Step then) {
    refuseFormat();
    Optional<Duration> keepAlive = KeepAlive.of(fields).filter(time -> !time.isZero());
    return site.models()
        .load(name(), keepAlive)
        .thenComposeAsync(
            model -> then.run(new Loaded(model, System.nanoTime() - startNs)), site.workers());
  }

  interface Step {
    CompletionStage<HttpResponse> run(Loaded loaded);
  }

  record Loaded(ServedModel model, long loadNs) {}

  /// Answers an empty prompt: the model stays loaded, or goes with `keep_alive` 0.
  CompletionStage<HttpResponse> loadOnly(Loaded loaded) {
    OllamaReply reply = reply(loaded, Prompt.plain(Tokens.of()), List.of());
    return isUnload()
        ? unload(loaded).thenApply(_ -> reply.only("unload"))
        : CompletableFuture.completedFuture(reply.only("load"));
  }

  /// Generates after `prompt`. With `givesContext` the ids of prompt and answer come back.
  CompletionStage<HttpResponse> generate(Loaded loaded, Prompt prompt, boolean givesContext) {
    ServedModel model = loaded.model();
    Prompts.checkFits(model, prompt.tokens());
    Fields options =
        fields.object("options").orElseGet(() -> new Fields(Json.MAPPER.createObjectNode(), ""));
    OllamaOptions asked = new OllamaOptions(options);
    Draw draw = asked.draw(Draw.defaults(Sampling.defaults(0), model.metadata()));
    Completion completion =
        new Completion(
            model.name(),
            prompt.tokens(),
            draw.sampling(),
            draw.maxTokens(),
            draw.stops(),
            alternatives(),
            exchange.tenant(),
            asked.memory());
    List<Integer> context =
        givesContext ? Arrays.stream(prompt.tokens().toArray()).boxed().toList() : List.of();
    CompletionStage<HttpResponse> answer =
        generations.answer(List.of(completion), 1, reply(loaded, prompt, context), exchange.gone());
    return isUnload() ? answer.thenApply(response -> unloadingAfter(response, loaded)) : answer;
  }

  private HttpResponse unloadingAfter(HttpResponse response, Loaded loaded) {
    return Generations.afterwards(response, () -> unload(loaded));
  }

  private CompletionStage<ServedModel> unload(Loaded loaded) {
    return site.engine().load(loaded.model().name(), Optional.of(Duration.ZERO));
  }

  private boolean isUnload() {
    return KeepAlive.of(fields).map(Duration::isZero).orElse(false);
  }

  private OllamaReply reply(Loaded loaded, Prompt prompt, List<Integer> context) {
    return new OllamaReply(
        new OllamaReply.Ask(
            loaded.model(),
            name(),
            shape,
            fields.flag("stream", true),
            fields.flag("logprobs", false),
            prompt.beginning(),
            context,
            startNs,
            loaded.loadNs()));
  }

  private Optional<Integer> alternatives() {
    Optional<Integer> top = fields.integer("top_logprobs", 0, MAX_ALTERNATIVES);
    return fields.flag("logprobs", false) ? Optional.of(top.orElse(0)) : Optional.empty();
  }

  private String name() {
    return fields.textIf("model").or(() -> fields.textIf("name")).orElse("");
  }

  private void refuseFormat() {
    fields
        .value("format")
        .filter(format -> !(format.isTextual() && format.textValue().isEmpty()))
        .ifPresent(_ -> {
          throw Refusal.of(
              "format", "format is not supported: this server cannot constrain its answers yet");
        });
  }

  /// Variables that `think` sets in the template of `model`.
  Map<String, Object> thinking(ServedModel model) {
    return fields.value("think").map(think -> thinking(model, think)).orElse(Map.of());
  }

  private Map<String, Object> thinking(ServedModel model, JsonNode think) {
    boolean isLevel =
        think.isTextual() && List.of("low", "medium", "high", "max").contains(think.textValue());
    if (!isLevel && !think.isBoolean()) {
      throw Refusal.of(
          "think", "think must be true, false, \"low\", \"medium\", \"high\" or \"max\"");
    }
    boolean isOn = isLevel || think.booleanValue();
    if (isOn && !site.prompts().capabilities(model).thinking()) {
      throw Refusal.of("think", "\"" + model.name() + "\" does not support thinking");
    }
    return isLevel
        ? Map.of("enable_thinking", true, "thinking", true, "reasoning_effort", think.textValue())
        : Map.of("enable_thinking", isOn, "thinking", isOn);
  }
}
