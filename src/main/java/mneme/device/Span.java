package mneme.device;

import mneme.memory.LeaseView;
import mneme.memory.Tokens;

/// Consecutive tokens of one sequence inside a step.
///
/// @param tokens at least one id
/// @param start absolute position of the first token; 0 starts every state afresh
/// @param memory pages that cover every position up to the last token, and states that have read
///   exactly the positions before `start`
/// @param outputs of how many last tokens the logits are wanted, 0 to all
public record Span(Tokens tokens, int start, LeaseView memory, int outputs) {
  public Span {
    if (tokens.length() < 1 || start < 0 || outputs < 0 || outputs > tokens.length()) {
      throw new IllegalArgumentException(
          "span of %d tokens at %d with %d outputs".formatted(tokens.length(), start, outputs));
    }
  }
}
