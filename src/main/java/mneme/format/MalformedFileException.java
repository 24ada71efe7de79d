package mneme.format;

/// A model file whose bytes break the rules of its format.
public final class MalformedFileException extends ModelFormatException {
  private static final long serialVersionUID = 1L;

  private final Fault fault;
  private final long offset;

  /// @param offset the byte of the file at which the rule was broken
  public MalformedFileException(Fault fault, long offset, String reason) {
    super(fault + " at byte " + offset + ": " + reason);
    this.fault = fault;
    this.offset = offset;
  }

  public Fault fault() {
    return fault;
  }

  public long offset() {
    return offset;
  }
}
