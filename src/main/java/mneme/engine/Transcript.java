package mneme.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mneme.memory.Tokens;
import mneme.text.Detokenizer;
import mneme.text.StopMatcher;

/// The tokens of a stream, and the text that its reader has not had yet.
final class Transcript {
  private final int promptTokens;
  private final Detokenizer detokenizer;
  private final StopMatcher stops;
  private final StringBuilder text = new StringBuilder();
  private final List<Event.Token> unread = new ArrayList<>();
  private int[] ids;
  private int length;

  Transcript(Completion completion, Detokenizer detokenizer) {
    this.detokenizer = detokenizer;
    stops = new StopMatcher(completion.stops());
    ids = completion.prompt().toArray();
    length = ids.length;
    promptTokens = length;
  }

  /// Takes the next token of the stream.
  void add(Event.Token token) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, length + Math.max(16, length / 4));
    }
    ids[length++] = token.id();
    boolean shown = !stops.isStopped();
    text.append(stops.accept(detokenizer.accept(token.id())));
    if (shown) {
      unread.add(token);
    }
  }

  /// No token follows: what was held back is text after all.
  void end() {
    text.append(stops.accept(detokenizer.flush()));
    text.append(stops.flush());
  }

  /// Whether a stop text has come.
  boolean isStopped() {
    return stops.isStopped();
  }

  /// Prompt and answer.
  int length() {
    return length;
  }

  int generated() {
    return length - promptTokens;
  }

  Tokens tokens(int end) {
    return Tokens.of(Arrays.copyOf(ids, end));
  }

  /// Tokens whose text the reader has not had.
  int unreadTokens() {
    return unread.size();
  }

  /// What can be read now, all in one; empty while a character or a stop text is still open.
  Optional<Event.Text> take() {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Event.Text taken = new Event.Text(text.toString(), unread);
    text.setLength(0);
    unread.clear();
    return Optional.of(taken);
  }

  /// The rest, once the stream has ended: tokens may be left that have no text.
  Optional<Event.Text> takeLast() {
    return text.isEmpty() && !unread.isEmpty() && !isStopped()
        ? Optional.of(new Event.Text("", List.copyOf(unread)))
        : take();
  }
}
