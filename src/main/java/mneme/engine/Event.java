package mneme.engine;

import java.util.List;

/// What a stream tells its reader: one [Started], any number of [Text], then one [Finished] or one
/// [Failed].
public sealed interface Event {
  /// Admitted. `cachedTokens` of the prompt came from the prefix index; `cacheNote` says why the
  /// rest did not.
  record Started(int promptTokens, int cachedTokens, String cacheNote) implements Event {}

  /// Whole characters. `tokens` are the ids that made them, in order; the text of a token may be
  /// empty while a character or a stop text is still open.
  record Text(String text, List<Token> tokens) implements Event {
    public Text {
      tokens = List.copyOf(tokens);
    }
  }

  record Finished(Reason reason, Statistics statistics) implements Event {}

  /// The stream cannot go on; it is this request's own fault or the engine's, never a neighbour's.
  record Failed(Failure failure, String message) implements Event {}

  /// A generated token; `logprob` and `top` are filled if the completion asked for them.
  record Token(int id, double logprob, List<Alternative> top) {
    public Token {
      top = List.copyOf(top);
    }
  }

  record Alternative(int id, double logprob) {}

  enum Reason {
    STOP,
    LENGTH,
    CANCELLED
  }

  enum Failure {
    /// The model is not known to this node.
    NO_SUCH_MODEL,
    /// The request is wrong in itself: 400.
    BAD_REQUEST,
    /// Prompt longer than the context, or memory that can never be had: 400 with the numbers.
    NEVER_FITS,
    /// The queue is full or the node is stopping: 503.
    BUSY,
    /// The device or the engine failed: 500.
    INTERNAL
  }

  /// Times in nanoseconds, counts in tokens.
  ///
  /// @param preemptions how often the sequence waited for memory after it had started
  record Statistics(
      long queueNs,
      long loadNs,
      long promptNs,
      long generateNs,
      int promptTokens,
      int cachedTokens,
      int generatedTokens,
      int preemptions) {}
}
