package mneme.text;

import java.util.List;
import java.util.Optional;

/// Watches a stream of text for stop texts. Text that may turn out to be the beginning of one is
/// held back; what comes before a stop text is passed on, the stop text and all after it are not.
/// Of several stop texts the one that is complete first counts, the longest of those that are
/// complete at one place; so the outcome does not depend on how the stream is cut.
public final class StopMatcher {
  private final List<String> stops;
  private String held = "";
  private Optional<String> matched = Optional.empty();

  /// @param stops empty ones are ignored
  public StopMatcher(List<String> stops) {
    this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
  }

  /// The text that may be shown now.
  public String accept(String text) {
    if (matched.isPresent()) {
      return "";
    }
    String all = held + text;
    int end = Integer.MAX_VALUE;
    int start = 0;
    for (String stop : stops) {
      int at = all.indexOf(stop);
      if (at >= 0 && (at + stop.length() < end || at + stop.length() == end && at < start)) {
        start = at;
        end = at + stop.length();
        matched = Optional.of(stop);
      }
    }
    int shown = matched.isPresent() ? start : all.length() - heldChars(all);
    held = matched.isPresent() ? "" : all.substring(shown);
    return all.substring(0, shown);
  }

  /// The text that was held back and, as the stream ends, is no stop text after all.
  public String flush() {
    String rest = held;
    held = "";
    return rest;
  }

  public boolean isStopped() {
    return matched.isPresent();
  }

  /// The stop text that ended the stream.
  public Optional<String> matched() {
    return matched;
  }

  /// The longest end of `text` that is the beginning of a stop text.
  private int heldChars(String text) {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
        if (text.regionMatches(text.length() - n, stop, 0, n)) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
