package mneme.engine;

import java.util.List;
import java.util.Optional;
import mneme.memory.KvEncoding;
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
/// @param memory what the stream may take and how it is kept
public record Completion(
    String model,
    Tokens prompt,
    Sampling sampling,
    Optional<Integer> maxTokens,
    List<String> stops,
    Optional<Integer> topLogprobs,
    String tenant,
    Memory memory) {
  public Completion {
    stops = List.copyOf(stops);
  }

  /// What a request can say of its memory; nothing of it loads the model again.
  ///
  /// @param contextTokens most tokens of prompt and answer together; empty: what the model is
  ///   served with
  /// @param kv how keys and values are kept; empty: as configured
  public record Memory(Optional<Integer> contextTokens, Optional<KvEncoding> kv) {
    public static final Memory AS_CONFIGURED = new Memory(Optional.empty(), Optional.empty());
  }

  /// With memory as configured.
  public Completion(
      String model,
      Tokens prompt,
      Sampling sampling,
      Optional<Integer> maxTokens,
      List<String> stops,
      Optional<Integer> topLogprobs,
      String tenant) {
    this(model, prompt, sampling, maxTokens, stops, topLogprobs, tenant, Memory.AS_CONFIGURED);
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
        tenant,
        memory);
  }

  /// The same with other memory.
  public Completion keptIn(Memory other) {
    return new Completion(model, prompt, sampling, maxTokens, stops, topLogprobs, tenant, other);
  }
}
