package mneme.device;

import java.util.Arrays;

/// Where a step leaves its logits: for each output a row of `width()` f32 by ascending token id,
/// grown as needed and reused from step to step. A row is the whole vocabulary, or, where the
/// caller is content with them and the device can choose, the best of it.
public final class Logits {
  private final int vocabulary;
  private float[] values = new float[0];
  private int[] ids = new int[0];
  private int rows;
  private int enough;
  private int width;

  public Logits(int vocabulary) {
    this.vocabulary = vocabulary;
    this.width = vocabulary;
  }

  /// From now on the best `count` tokens of each row are enough, the lowest ids of equal ones; 0:
  /// all are wanted. Numbers that are not below infinity count as the best.
  public void want(int count) {
    enough = count > 0 && count < vocabulary ? count : vocabulary;
  }

  /// How many tokens of each row are enough for the caller; as many as there are, or fewer.
  public int enough() {
    return enough == 0 ? vocabulary : enough;
  }

  /// Makes room for `rows` whole rows; called by the device at the start of a step.
  public float[] reserve(int rows) {
    return reserve(rows, vocabulary);
  }

  /// Makes room for the best `count` tokens of each of `rows` rows; the device fills [#ids()] too.
  public float[] reserveBest(int rows, int count) {
    float[] room = reserve(rows, count);
    if (ids.length < room.length) {
      ids = new int[room.length];
    }
    return room;
  }

  private float[] reserve(int rows, int width) {
    int needed = Math.multiplyExact(rows, width);
    if (values.length < needed) {
      values = new float[needed];
    }
    this.rows = rows;
    this.width = width;
    return values;
  }

  public int rows() {
    return rows;
  }

  public int vocabulary() {
    return vocabulary;
  }

  /// Numbers of a row: the vocabulary if [#isWhole()], else fewer.
  public int width() {
    return width;
  }

  /// Whether the rows have every token, so that a number's place in its row is its token's id.
  public boolean isWhole() {
    return width == vocabulary;
  }

  /// A copy of row `row`.
  public float[] row(int row) {
    return Arrays.copyOfRange(values, row * width, (row + 1) * width);
  }

  /// All rows in one array, row after row; longer than `rows() * width()` at times.
  public float[] values() {
    return values;
  }

  /// Which tokens the numbers are of, in the places of [#values()]; means nothing if [#isWhole()].
  public int[] ids() {
    return ids;
  }
}
