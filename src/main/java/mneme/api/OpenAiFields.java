package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mneme.engine.ServedModel;
import mneme.text.Sampling;
import mneme.text.Tokenizer;

/// The parameters of the OpenAI dialect. One that this server does not know, or whose value it
/// cannot honour, is refused by name: an answer that ignores a wish is worse than none.
record OpenAiFields(Fields fields) {
  private static final Set<String> BOTH =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "temperature",
          "top_p",
          "n",
          "stop",
          "seed",
          "max_tokens",
          "presence_penalty",
          "frequency_penalty",
          "logit_bias",
          "logprobs",
          "user",
          "top_k",
          "min_p",
          "typical_p",
          "repeat_penalty",
          "repetition_penalty",
          "repeat_last_n",
          "metadata",
          "store",
          "service_tier",
          "prompt_cache_key",
          "safety_identifier",
          "kv_cache_type",
          "keep_alive",
          "ignore_eos");
  private static final Set<String> CHAT =
      Set.of(
          "messages",
          "max_completion_tokens",
          "top_logprobs",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "response_format",
          "reasoning_effort",
          "chat_template_kwargs",
          "modalities");
  private static final Set<String> TEXT = Set.of("prompt", "echo", "suffix", "best_of");

  /// For each parameter that has only one value here: that value as JSON writes it.
  private static final Map<String, Set<String>> ONLY =
      Map.of(
          "store", Set.of("false"),
          "service_tier", Set.of("\"auto\"", "\"default\""),
          "response_format", Set.of("{\"type\":\"text\"}"),
          "modalities", Set.of("[\"text\"]"),
          "tool_choice", Set.of("\"auto\"", "\"none\""),
          "echo", Set.of("false"),
          "suffix", Set.of("\"\""),
          "best_of", Set.of("1"));

  /// OpenAI's documented defaults: the model's own distribution.
  private static final Sampling PLAIN = new Sampling(1, 0, 1, 0, 1, 64, 1, 0, 0, 0, Map.of());

  /// A bias no logit overcomes.
  private static final float NEVER = -1e9f;

  private static final int MAX_STOPS = 64;
  private static final int MAX_BIASES = 1_024;

  static OpenAiFields chat(Fields fields) {
    return checked(fields, CHAT);
  }

  static OpenAiFields text(Fields fields) {
    return checked(fields, TEXT);
  }

  private static OpenAiFields checked(Fields fields, Set<String> more) {
    for (String name : fields.names()) {
      if (fields.has(name) && !BOTH.contains(name) && !more.contains(name)) {
        String shown = name.length() > 60 ? name.substring(0, 60) + "..." : name;
        throw Refusal.of(shown, "unsupported parameter: '" + shown + "'");
      }
    }
    ONLY.forEach((name, values) ->
        fields
            .value(name)
            .filter(value -> !values.contains(value.toString()))
            .ifPresent(_ -> {
              throw Refusal.of(
                  name, name + " is supported with " + String.join(" or ", values) + " only");
            }));
    return new OpenAiFields(fields);
  }

  /// @throws Refusal if `n` is beyond what this server runs side by side
  int choices(int most) {
    return fields.integer("n", 1, most).orElse(1);
  }

  boolean includesUsage() {
    return fields
        .object("stream_options")
        .map(options -> options.flag("include_usage", false))
        .orElse(false);
  }

  Draw draw(ServedModel model) {
    Sampling usual = Draw.defaults(PLAIN, model.metadata());
    Sampling sampling =
        new Sampling(
            fields.real("temperature", 0, 2).orElse(usual.temperature()),
            fields
                .integer("top_k", -1, Integer.MAX_VALUE)
                .map(k -> Math.max(0, k))
                .orElse(usual.topK()),
            fields.real("top_p", 0, 1).orElse(usual.topP()),
            fields.real("min_p", 0, 1).orElse(usual.minP()),
            fields.real("typical_p", 0, 1).orElse(usual.typicalP()),
            fields.integer("repeat_last_n", -1, Integer.MAX_VALUE).orElse(usual.repeatLastN()),
            fields
                .real("repeat_penalty", 0.01, 100)
                .or(() -> fields.real("repetition_penalty", 0.01, 100))
                .orElse(usual.repeatPenalty()),
            fields.real("presence_penalty", -2, 2).orElse(usual.presencePenalty()),
            fields.real("frequency_penalty", -2, 2).orElse(usual.frequencyPenalty()),
            fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(usual.seed()),
            biases(model.tokenizer()));
    return new Draw(sampling, maxTokens(), stops());
  }

  private Optional<Integer> maxTokens() {
    return fields
        .integer("max_completion_tokens", 1, Integer.MAX_VALUE)
        .or(() -> fields.integer("max_tokens", 1, Integer.MAX_VALUE));
  }

  private List<String> stops() {
    JsonNode given = fields.value("stop").orElse(Json.MAPPER.createArrayNode());
    List<String> stops = new ArrayList<>();
    if (given.isTextual()) {
      stops.add(Fields.text(given, "stop"));
    } else {
      for (JsonNode stop : Fields.list(given, "stop")) {
        stops.add(Fields.text(stop, "stop"));
      }
    }
    if (stops.contains("") || stops.size() > MAX_STOPS) {
      throw Refusal.of(
          "stop", "stop must hold at most " + MAX_STOPS + " texts, none of them empty");
    }
    return stops;
  }

  private Map<Integer, Float> biases(Tokenizer tokenizer) {
    Map<Integer, Float> biases = new HashMap<>();
    fields
        .object("logit_bias")
        .ifPresent(given -> {
          for (String id : given.names()) {
            biases.put(tokenId(id, tokenizer.vocabulary()), given.real(id, -100, 100).orElse(0f));
          }
        });
    if (biases.size() > MAX_BIASES) {
      throw Refusal.of("logit_bias", "logit_bias holds more than " + MAX_BIASES + " tokens");
    }
    if (fields.flag("ignore_eos", false)) {
      tokenizer.endIds().forEach(id -> biases.put(id, NEVER));
    }
    return biases;
  }

  private static int tokenId(String text, int vocabulary) {
    boolean isNumber = text.length() <= 9 && text.matches("\\d+");
    if (!isNumber || Integer.parseInt(text) >= vocabulary) {
      throw Refusal.of(
          "logit_bias",
          "logit_bias wants token ids below %d, not '%s'"
              .formatted(vocabulary, text.length() > 20 ? text.substring(0, 20) : text));
    }
    return Integer.parseInt(text);
  }
}
