package mneme.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Turns tensors of any encoding into floats, row by row. Rows of a stack of matrices are counted
/// through: matrix `m` begins at row `m * rows`.
public final class Decoder {
  private Decoder() {}

  /// All elements of a tensor in the order of the file.
  public static float[] all(Tensor tensor) {
    return rows(tensor, 0, Math.toIntExact((long) tensor.rows() * tensor.matrices()));
  }

  /// Rows `first` to `first + count`, one after another, each of [Tensor#columns] floats.
  public static float[] rows(Tensor tensor, long first, int count) {
    float[] out = new float[Math.multiplyExact(count, tensor.columns())];
    rows(tensor, first, count, out);
    return out;
  }

  /// Rows `first` to `first + count` into `out`, from its start.
  ///
  /// @throws IndexOutOfBoundsException if the tensor has no such rows or `out` is too short
  /// @throws ModelFormatException if the file was cut while it was mapped
  public static void rows(Tensor tensor, long first, int count, float[] out) {
    Encoding encoding = tensor.encoding();
    int columns = tensor.columns();
    int rowBytes = Math.toIntExact(encoding.bytes(columns));
    long rows = tensor.elements() / Math.max(1, columns);
    if (first < 0 || count < 0 || first + count > rows) {
      throw new IndexOutOfBoundsException(
          "rows " + first + " to " + (first + count) + " of " + rows + " in " + tensor.name());
    }
    byte[] row = new byte[rowBytes];
    for (int i = 0; i < count; i++) {
      copy(tensor, (first + i) * rowBytes, row);
      Blocks.decode(encoding, row, out, i * columns);
    }
  }

  /// Row `row` into `out`, without allocating anything.
  ///
  /// @param scratch room for the bytes of exactly one row
  public static void row(Tensor tensor, long row, byte[] scratch, float[] out) {
    copy(tensor, row * scratch.length, scratch);
    Blocks.decode(tensor.encoding(), scratch, out, 0);
  }

  /// Copies with a scalar-safe bulk copy: a mapped file that was cut meanwhile makes this throw,
  /// where vector loads would end the process.
  private static void copy(Tensor tensor, long at, byte[] row) {
    try {
      MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, at, row, 0, row.length);
    } catch (InternalError e) {
      throw new ModelFormatException(
          "tensor '" + tensor.name() + "' cannot be read: the file was cut or its disk failed", e);
    }
  }
}
