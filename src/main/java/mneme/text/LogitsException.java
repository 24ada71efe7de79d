package mneme.text;

/// A row of logits that nothing can be drawn from: one of them is no finite number, or every token
/// is forbidden. It is the failure of one sequence, not of its neighbours.
public final class LogitsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LogitsException(String message) {
    super(message);
  }
}
