package mneme.cli.bench;

import java.util.ArrayList;
import java.util.List;

/// What one answer looked like from outside. Times are `System.nanoTime()`.
///
/// @param gapNs between one piece of text and the next
/// @param tokens generated, as the server counts them; the number of pieces if it does not
record Stream(
    long startNs, long firstNs, long endNs, List<Long> gapNs, int promptTokens, int tokens) {
  Stream {
    gapNs = List.copyOf(gapNs);
  }

  /// Listens to one answer.
  static final class Listening {
    private final long startNs = System.nanoTime();
    private final List<Long> gaps = new ArrayList<>();
    private long firstNs;
    private long lastNs;
    private int promptTokens;
    private int tokens;

    void onText() {
      long now = System.nanoTime();
      if (firstNs == 0) {
        firstNs = now;
      } else {
        gaps.add(now - lastNs);
      }
      lastNs = now;
    }

    void onUsage(int prompt, int generated) {
      promptTokens = prompt;
      tokens = generated;
    }

    /// @throws LoadException if there was no text at all
    Stream ended() {
      if (firstNs == 0) {
        throw new LoadException("an answer came without text");
      }
      int counted = tokens > 0 ? tokens : gaps.size() + 1;
      return new Stream(startNs, firstNs, System.nanoTime(), gaps, promptTokens, counted);
    }
  }
}
