package mneme.engine;

import java.util.List;

/// Holds text back while it may still be the beginning of a stop text.
final class StopTexts {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  StopTexts(List<String> stops) {
    this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
  }

  /// Adds `text` and returns what can be shown now. Once a stop text is complete, what came before
  /// it is returned and everything after it is dropped.
  String add(String text) {
    if (stopped) {
      return "";
    }
    held.append(text);
    int stopAt = firstStop();
    stopped = stopAt >= 0;
    return take(stopped ? stopAt : held.length() - openEnd());
  }

  boolean stopped() {
    return stopped;
  }

  /// Whether some text is held back.
  boolean holds() {
    return !held.isEmpty() && !stopped;
  }

  /// The stream ends here: what was held back is text after all.
  String end() {
    return stopped ? "" : take(held.length());
  }

  private String take(int length) {
    String taken = held.substring(0, length);
    held.delete(0, length);
    return taken;
  }

  private int firstStop() {
    int first = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    return first;
  }

  /// Length of the longest end of the held text that some stop text begins with.
  private int openEnd() {
    int longest = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
        if (stop.startsWith(held.substring(held.length() - length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
