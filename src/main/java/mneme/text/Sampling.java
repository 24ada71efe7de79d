package mneme.text;

import java.util.Map;

/// How the next token is drawn. Defaults are Ollama's.
///
/// @param temperature 0 takes the most likely token
/// @param topK 0 keeps all
/// @param repeatLastN tokens the penalties look back on; -1 for all, 0 for none
/// @param seed of the counter-based random numbers: token at position p depends on (seed, p) only
/// @param logitBias added to the logits of single tokens first
public record Sampling(
    float temperature,
    int topK,
    float topP,
    float minP,
    float typicalP,
    int repeatLastN,
    float repeatPenalty,
    float presencePenalty,
    float frequencyPenalty,
    long seed,
    Map<Integer, Float> logitBias) {
  public Sampling {
    logitBias = Map.copyOf(logitBias);
  }

  /// The same with another seed.
  public Sampling seeded(long other) {
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        typicalP,
        repeatLastN,
        repeatPenalty,
        presencePenalty,
        frequencyPenalty,
        other,
        logitBias);
  }

  public static Sampling defaults(long seed) {
    return new Sampling(0.8f, 40, 0.9f, 0, 1, 64, 1, 0, 0, seed, Map.of());
  }

  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Map.of());
  }
}
