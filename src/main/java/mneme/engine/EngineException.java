package mneme.engine;

/// Why a call on the engine failed, with a message for the caller.
public class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Event.Failure failure;

  public EngineException(Event.Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  public Event.Failure failure() {
    return failure;
  }
}
