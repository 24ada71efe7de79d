package mneme.engine;

import java.util.Optional;
import java.util.Set;
import mneme.text.Sampling;

/// How the tokens of one stream are drawn, and when it ends by itself.
///
/// @param lengthLimit most tokens of prompt and answer together
/// @param endIds ids after which nothing comes; they are not part of the stream
/// @param topLogprobs alternatives to report with each token; empty: no log probabilities
record Drawing(
    Sampling sampling, int lengthLimit, Set<Integer> endIds, Optional<Integer> topLogprobs) {
  static Drawing of(Completion completion, Lane lane) {
    long wanted =
        (long) completion.prompt().length() + completion.maxTokens().orElse(Integer.MAX_VALUE);
    return new Drawing(
        completion.sampling(),
        (int)
            Math.min(
                Math.min(wanted, lane.longestTokens()),
                completion.memory().contextTokens().orElse(Integer.MAX_VALUE)),
        lane.model().tokenizer().endIds(),
        completion.topLogprobs());
  }

  Drawing {
    endIds = Set.copyOf(endIds);
  }
}
