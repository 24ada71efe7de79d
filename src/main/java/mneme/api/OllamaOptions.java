package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.engine.Completion;
import mneme.text.Sampling;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The `options` of the Ollama dialect. Unknown ones are logged and ignored, as Ollama does; one of
/// a wrong type is refused in Ollama's words, one out of range with its range.
record OllamaOptions(Fields fields) {
  private static final Logger LOG = LoggerFactory.getLogger(OllamaOptions.class);

  /// Options about Ollama's own engine.
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "num_keep",
          "num_batch",
          "num_gpu",
          "main_gpu",
          "num_thread",
          "use_mmap",
          "draft_num_predict",
          "mirostat",
          "mirostat_tau",
          "mirostat_eta",
          "tfs_z",
          "numa",
          "low_vram",
          "f16_kv",
          "vocab_only",
          "logits_all",
          "penalize_newline",
          "use_mlock");

  private static final Set<String> DRAWN =
      Set.of(
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "typical_p",
          "repeat_last_n",
          "repeat_penalty",
          "presence_penalty",
          "frequency_penalty",
          "seed",
          "num_predict",
          "num_ctx",
          "kv_cache_type",
          "stop");

  private static final int MAX_STOPS = 64;

  Draw draw(Sampling usual) {
    for (String name : fields.names()) {
      if (!DRAWN.contains(name) && !WITHOUT_EFFECT.contains(name)) {
        LOG.warn("unknown option '{}' ignored", name.length() > 60 ? name.substring(0, 60) : name);
      }
    }
    return new Draw(
        sampling(usual),
        integer("num_predict", Integer.MIN_VALUE, Integer.MAX_VALUE)
            .filter(most -> most > 0)
            .map(Long::intValue),
        stops());
  }

  /// Context grows page by page, so `num_ctx` reserves nothing: it bounds prompt and answer.
  Completion.Memory memory() {
    return new Completion.Memory(
        integer("num_ctx", Integer.MIN_VALUE, Integer.MAX_VALUE)
            .filter(most -> most > 0)
            .map(Long::intValue),
        KvCacheType.of(fields));
  }

  private Sampling sampling(Sampling usual) {
    long seed = integer("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(-1L);
    return new Sampling(
        real("temperature", 0, 100).orElse(usual.temperature()),
        whole("top_k", Integer.MIN_VALUE).map(k -> Math.max(0, k)).orElse(usual.topK()),
        real("top_p", 0, 1).orElse(usual.topP()),
        real("min_p", 0, 1).orElse(usual.minP()),
        real("typical_p", 0, 1).orElse(usual.typicalP()),
        whole("repeat_last_n", -1).orElse(usual.repeatLastN()),
        real("repeat_penalty", 0.01, 100).orElse(usual.repeatPenalty()),
        real("presence_penalty", -100, 100).orElse(usual.presencePenalty()),
        real("frequency_penalty", -100, 100).orElse(usual.frequencyPenalty()),
        seed == -1 ? usual.seed() : seed,
        usual.logitBias());
  }

  private Optional<Integer> whole(String name, int least) {
    return integer(name, least, Integer.MAX_VALUE).map(Long::intValue);
  }

  private Optional<Long> integer(String name, long least, long most) {
    return fields
        .value(name)
        .map(value -> {
          long number = value.isNumber() ? value.longValue() : refuse(name, "integer");
          if (number < least || number > most) {
            throw range(name, least, most);
          }
          return number;
        });
  }

  private Optional<Float> real(String name, double least, double most) {
    return fields
        .value(name)
        .map(value -> {
          double number = value.isNumber() ? value.doubleValue() : refuse(name, "float32");
          if (!(number >= least && number <= most)) {
            throw range(name, least, most);
          }
          return (float) number;
        });
  }

  private List<String> stops() {
    JsonNode given = fields.value("stop").orElse(Json.MAPPER.createArrayNode());
    if (given.isTextual()) {
      return given.textValue().isEmpty() ? List.of() : List.of(given.textValue());
    }
    if (!given.isArray()) {
      refuse("stop", "array");
    }
    List<String> stops = new ArrayList<>();
    for (JsonNode stop : given) {
      if (!stop.isTextual()) {
        throw Refusal.of("stop", "option \"stop\" must be of an array of strings");
      }
      if (!stop.textValue().isEmpty()) {
        stops.add(Fields.repaired(stop.textValue()));
      }
    }
    if (stops.size() > MAX_STOPS) {
      throw Refusal.of("stop", "option \"stop\" holds more than " + MAX_STOPS + " texts");
    }
    return stops;
  }

  private static long refuse(String name, String type) {
    throw Refusal.of(name, "option \"" + name + "\" must be of type " + type);
  }

  private static Refusal range(String name, Object least, Object most) {
    return Refusal.of(name, "option \"" + name + "\" must be from " + least + " to " + most);
  }
}
