package mneme.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import mneme.format.Metadata;
import mneme.format.ModelFormatException;
import mneme.text.Sampling;

/// How tokens are drawn and when to stop: what both dialects say in their own words.
record Draw(Sampling sampling, Optional<Integer> maxTokens, List<String> stops) {
  Draw {
    stops = List.copyOf(stops);
  }

  /// Defaults of a dialect under what the model's maker recommends in the file
  /// (`general.sampling.*`), with a seed of chance.
  static Sampling defaults(Sampling dialect, Metadata metadata) {
    return new Sampling(
        recommended(metadata, "temp", dialect.temperature()),
        (int) recommended(metadata, "top_k", dialect.topK()),
        recommended(metadata, "top_p", dialect.topP()),
        recommended(metadata, "min_p", dialect.minP()),
        dialect.typicalP(),
        (int) recommended(metadata, "penalty_last_n", dialect.repeatLastN()),
        recommended(metadata, "penalty_repeat", dialect.repeatPenalty()),
        dialect.presencePenalty(),
        dialect.frequencyPenalty(),
        ThreadLocalRandom.current().nextLong() >>> 1,
        dialect.logitBias());
  }

  private static float recommended(Metadata metadata, String name, float otherwise) {
    String key = "general.sampling." + name;
    if (!metadata.has(key)) {
      return otherwise;
    }
    try {
      return metadata.real(key);
    } catch (ModelFormatException anInteger) {
      return metadata.integer(key);
    }
  }
}
