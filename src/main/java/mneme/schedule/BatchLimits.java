package mneme.schedule;

/// What bounds a step, and how long anyone may be passed over.
///
/// @param budgetTokens most tokens in a step
/// @param chunkTokens the chunk grid: prefill is cut at its absolute multiples
/// @param spans most sequences in a step
/// @param decodeTurns most steps in a row in which waiting prefill gets nothing
/// @param overtakes how often a waiting prompt may be passed by a shorter one of its tenant
public record BatchLimits(
    int budgetTokens, int chunkTokens, int spans, int decodeTurns, int overtakes) {
  public BatchLimits {
    if (chunkTokens < 1
        || budgetTokens <= chunkTokens
        || spans < 2
        || decodeTurns < 0
        || overtakes < 0) {
      throw new IllegalArgumentException(
          "steps of %d tokens and %d spans cannot hold a chunk of %d tokens and a decode; raise the step's budget"
              .formatted(budgetTokens, spans, chunkTokens));
    }
  }
}
