package mneme.device.host.matrix;

import java.util.List;
import mneme.device.host.machine.Lanes;
import mneme.format.Encoding;

/// How a weight matrix lies in tiles. A tile is sixteen rows: first their scales, then their
/// numbers, block of 32 columns after block, column after column, lane = row.
///
/// A weight is `level * scale + least`; `levels` says what the sixteen values of a nibble stand for
/// and is empty for other numbers.
public record Layout(Numbers numbers, Scales scales, List<Byte> levels) {
  /// Columns that share a rounded input block.
  public static final int BLOCK = 32;

  private static final int SUPER = 256;
  private static final List<Byte> NONE = List.of();
  private static final List<Byte> IQ4 =
      bytes(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

  /// Twice the values of a 4-bit float with 2 exponent bits and 1 mantissa bit.
  private static final List<Byte> FP4 =
      bytes(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

  public Layout {
    levels = List.copyOf(levels);
  }

  /// What stands for one weight.
  public enum Numbers {
    F32(32),
    F16(16),
    BF16(16),
    BYTES(8),
    /// Eight columns of one row in each 32-bit lane, the first in the low bits.
    NIBBLES(4);

    private final int bits;

    Numbers(int bits) {
      this.bits = bits;
    }

    /// Bytes of `columns` columns of a tile.
    long bytes(int columns) {
      return (long) columns * Lanes.ROWS * bits / 8;
    }
  }

  /// What multiplies a block sum. `HALF` and `BFLOAT` are 16-bit floats a block of 32; the `SUPER`
  /// kinds have one half-precision number for 256 columns and a small integer for each `columns` of
  /// them.
  public enum Scales {
    NONE(32, 0, false),
    HALF(32, 32, false),
    HALF_LEAST(32, 64, true),
    BFLOAT(32, 32, false),
    SUPER_32(32, 32 + 8 * 16, false),
    SUPER_32_LEAST(32, 64 + 16 * 16, true),
    SUPER_16(16, 32 + 16 * 16, false),
    SUPER_16_LEAST(16, 64 + 32 * 16, true);

    private final int columns;
    private final int groupBytes;
    private final boolean hasLeast;

    Scales(int columns, int groupBytes, boolean hasLeast) {
      this.columns = columns;
      this.groupBytes = groupBytes;
      this.hasLeast = hasLeast;
    }

    /// Columns that share a scale.
    public int columns() {
      return columns;
    }

    public boolean hasLeast() {
      return hasLeast;
    }

    boolean isSuper() {
      return ordinal() >= SUPER_32.ordinal();
    }

    /// Columns that share a group of scales.
    int groupColumns() {
      return isSuper() ? SUPER : BLOCK;
    }

    int groupBytes() {
      return groupBytes;
    }

    long bytes(int allColumns) {
      return (long) allColumns / groupColumns() * groupBytes;
    }
  }

  /// The layout that holds tensors of `encoding` without loss.
  public static Layout of(Encoding encoding) {
    return switch (encoding) {
      case F16 -> new Layout(Numbers.F16, Scales.NONE, NONE);
      case BF16 -> new Layout(Numbers.BF16, Scales.NONE, NONE);
      case F32, F64, I8, I16, I32, I64 -> new Layout(Numbers.F32, Scales.NONE, NONE);
      case Q4_0 -> nibbles(Scales.HALF, from(-8));
      case Q4_1 -> nibbles(Scales.HALF_LEAST, from(0));
      case Q5_0, Q8_0 -> new Layout(Numbers.BYTES, Scales.HALF, NONE);
      case Q5_1 -> new Layout(Numbers.BYTES, Scales.HALF_LEAST, NONE);
      case Q2_K -> nibbles(Scales.SUPER_16_LEAST, from(0));
      case Q3_K -> nibbles(Scales.SUPER_16, from(-4));
      case Q4_K -> nibbles(Scales.SUPER_32_LEAST, from(0));
      case Q5_K -> new Layout(Numbers.BYTES, Scales.SUPER_32_LEAST, NONE);
      case Q6_K -> new Layout(Numbers.BYTES, Scales.SUPER_16, NONE);
      case IQ4_NL -> nibbles(Scales.HALF, IQ4);
      case IQ4_XS -> nibbles(Scales.SUPER_32, IQ4);
      case MXFP4 -> nibbles(Scales.BFLOAT, FP4);
    };
  }

  /// Uneven levels need a table of sixteen lanes; without one the levels themselves are stored.
  private static Layout nibbles(Scales scales, List<Byte> levels) {
    boolean even = levels.get(15) - levels.get(0) == 15;
    return Lanes.COUNT == 16 || even
        ? new Layout(Numbers.NIBBLES, scales, levels)
        : new Layout(Numbers.BYTES, scales, levels);
  }

  private static List<Byte> from(int least) {
    byte[] levels = new byte[16];
    for (int i = 0; i < 16; i++) {
      levels[i] = (byte) (least + i);
    }
    return boxed(levels);
  }

  private static List<Byte> bytes(int... levels) {
    byte[] narrow = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      narrow[i] = (byte) levels[i];
    }
    return boxed(narrow);
  }

  private static List<Byte> boxed(byte[] bytes) {
    Byte[] boxed = new Byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      boxed[i] = bytes[i];
    }
    return List.of(boxed);
  }

  /// Columns after padding: whole blocks.
  int padded(int columns) {
    return (columns + BLOCK - 1) / BLOCK * BLOCK;
  }

  long tileBytes(int paddedColumns) {
    return scales.bytes(paddedColumns) + numbers.bytes(paddedColumns);
  }
}
