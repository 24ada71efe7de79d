package mneme.engine;

/// What became of a slice.
sealed interface Outcome {
  long lease();

  /// The tokens before `end` have been read; nothing was to be drawn.
  record Read(long lease, int end) implements Outcome {}

  /// @param index position of the new token in the stream, prompt counted
  record Drawn(long lease, int index, Event.Token token) implements Outcome {}

  /// The model ended the stream; it has `length` tokens.
  record Ended(long lease, int length) implements Outcome {}

  /// The sequence cannot go on: its numbers are no numbers.
  record Broken(long lease, String message) implements Outcome {}

  /// Not run: the stream had ended in the step before, or the lease was closed.
  record Skipped(long lease) implements Outcome {}
}
