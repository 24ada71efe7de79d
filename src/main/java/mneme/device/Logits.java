package mneme.device;

import java.util.Arrays;

/// Where a step leaves its logits: `rows()` rows of `vocabulary` f32, grown as needed and reused
/// from step to step.
public final class Logits {
  private final int vocabulary;
  private float[] values = new float[0];
  private int rows;

  public Logits(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  /// Makes room for `rows` rows; called by the device at the start of a step.
  public float[] reserve(int rows) {
    int needed = Math.multiplyExact(rows, vocabulary);
    if (values.length < needed) {
      values = new float[needed];
    }
    this.rows = rows;
    return values;
  }

  public int rows() {
    return rows;
  }

  public int vocabulary() {
    return vocabulary;
  }

  /// A copy of row `row`.
  public float[] row(int row) {
    return Arrays.copyOfRange(values, row * vocabulary, (row + 1) * vocabulary);
  }

  /// All rows in one array, row after row; longer than `rows() * vocabulary()` at times.
  public float[] values() {
    return values;
  }
}
