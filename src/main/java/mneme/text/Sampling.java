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

  /// How many of a row's best tokens, as the model gave them, are sure to hold every token that can
  /// be drawn and one more; 0 if that may be any. A token that bias and penalties lower can only
  /// make room for one that follows it.
  ///
  /// @param length tokens of the sequence so far
  public int candidates(int length) {
    boolean raises =
        logitBias.values().stream().anyMatch(bias -> bias > 0)
            || repeatPenalty < 1
            || presencePenalty < 0
            || frequencyPenalty < 0;
    long drawable = temperature > 0 ? topK : 1;
    return raises || drawable == 0
        ? 0
        : Math.clamp(drawable + logitBias.size() + penalized(length) + 1, 0, Integer.MAX_VALUE);
  }

  /// How many of the last tokens of a sequence of `length` the penalties look at.
  int penalized(int length) {
    boolean penalizes = repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
    if (!penalizes) {
      return 0;
    }
    return repeatLastN < 0 ? length : Math.min(length, repeatLastN);
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
