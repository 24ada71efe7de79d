package mneme.memory;

/// What a sequence asks for when it opens.
///
/// @param owner the sequence, as its engine numbers them
/// @param tenant whose prefixes it may reuse
/// @param model number that [Ledger#register] gave
/// @param prompt all tokens to run before the first new one; at least one
/// @param promisedTokens memory up to this many tokens is set aside now, so growing that far can
///   never be refused for long; usually the prompt and the first new token, and never more than the
///   sequence may come to, for which admission was asked
public record Claim(long owner, String tenant, int model, Tokens prompt, int promisedTokens) {
  public Claim {
    if (prompt.isEmpty() || promisedTokens < 0) {
      throw new IllegalArgumentException(
          "claim on %d tokens with %d promised".formatted(prompt.length(), promisedTokens));
    }
  }
}
