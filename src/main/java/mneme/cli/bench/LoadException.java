package mneme.cli.bench;

/// A server that did not answer as the OpenAI dialect says.
public final class LoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoadException(String message) {
    super(message);
  }
}
