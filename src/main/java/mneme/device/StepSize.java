package mneme.device;

/// How large a step is.
///
/// @param rows tokens of all its spans
/// @param outputs rows of logits that are wanted
public record StepSize(int rows, int outputs) {
  public StepSize {
    if (rows < 1 || outputs < 0 || outputs > rows) {
      throw new IllegalArgumentException(
          "a step of %d rows with %d outputs".formatted(rows, outputs));
    }
  }
}
