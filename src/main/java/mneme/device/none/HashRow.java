package mneme.device.none;

/// A hash in the first numbers of a row, a few bits in each, as not every bit pattern is a number.
public final class HashRow {
  private static final int BITS = 16;

  /// Numbers that a hash takes.
  static final int WIDTH = Long.SIZE / BITS;

  private HashRow() {}

  public static void write(long hash, float[] rows, int at) {
    for (int i = 0; i < WIDTH; i++) {
      rows[at + i] = hash >>> i * BITS & (1 << BITS) - 1;
    }
  }

  public static long read(float[] rows, int at) {
    long hash = 0;
    for (int i = 0; i < WIDTH; i++) {
      hash |= (long) rows[at + i] << i * BITS;
    }
    return hash;
  }
}
