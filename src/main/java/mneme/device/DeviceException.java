package mneme.device;

/// A device that could not do what it was asked. [#kind] is for the supervisor, the message for a
/// person.
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What a supervisor can do about it: free memory, give the program up, or give the device up.
  public enum Kind {
    OUT_OF_MEMORY,
    BUILD_FAILED,
    LOST,
    FAILED
  }

  private final Kind kind;

  public DeviceException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public DeviceException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
