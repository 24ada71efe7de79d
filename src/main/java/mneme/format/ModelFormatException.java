package mneme.format;

/// A model file that cannot be used as it is. The message says what is wrong, where (byte offset or
/// key) and with which numbers; it is meant for the person who chose the file.
public class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelFormatException(String message) {
    super(message);
  }

  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
