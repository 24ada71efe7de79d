package mneme.text;

import java.util.List;

/// Natural logarithms of probabilities under the model's own distribution, before any filter,
/// penalty or temperature.
///
/// @param chosen of the token that was drawn
/// @param top of the most likely tokens, best first
public record Logprobs(double chosen, List<Entry> top) {
  public Logprobs {
    top = List.copyOf(top);
  }

  public record Entry(int id, double logprob) {}
}
