package mneme.engine;

import java.util.List;
import java.util.Optional;
import mneme.memory.Tokens;
import mneme.text.Sampling;

/// A wish for one stream of tokens, in the engine's terms; the HTTP dialects end here.
///
/// @param model a name that the node knows
/// @param prompt token ids; at least one
/// @param maxTokens most tokens to generate; empty: until the model ends or its context is full
/// @param stops texts that end the stream and are not part of it
/// @param topLogprobs how many alternatives to report with each token; empty: no log probabilities
/// @param tenant whose prefixes may be reused; one root of the prefix index each
public record Completion(
    String model,
    Tokens prompt,
    Sampling sampling,
    Optional<Integer> maxTokens,
    List<String> stops,
    Optional<Integer> topLogprobs,
    String tenant) {
  public Completion {
    stops = List.copyOf(stops);
  }

  /// The wish for choice `index` of several: it differs from the first in its seed only.
  public Completion choice(int index) {
    return new Completion(
        model,
        prompt,
        sampling.seeded(sampling.seed() + index),
        maxTokens,
        stops,
        topLogprobs,
        tenant);
  }
}
