package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// How a stack of matrices lies on a device, so that neighbouring items read neighbouring bytes.
/// Each matrix is cut into panels of [#ROWS] rows, the last filled up with zeros. A row is a
/// sequence of records: the encoding's blocks, or four columns of plain numbers, the last of them
/// filled up with zeros. The records of a panel's rows at one place lie together: the first word of
/// each, then the second of each, and last the bytes that are left over where a record is not whole
/// words. `weights.kernel` reads this.
///
/// @param columns of every row
/// @param rows of every matrix
record Panels(Encoding encoding, int columns, int rows, int matrices) {
  static final int ROWS = 32;

  private static final int PLAIN_COLUMNS = 4;
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static Panels of(Tensor tensor) {
    return new Panels(tensor.encoding(), tensor.columns(), tensor.rows(), tensor.matrices());
  }

  private int recordColumns() {
    return encoding.isQuantized() ? encoding.blockElements() : PLAIN_COLUMNS;
  }

  private int recordBytes() {
    return Math.toIntExact(encoding.bytes(recordColumns()));
  }

  private int records() {
    return Math.ceilDiv(columns, recordColumns());
  }

  int panelBytes() {
    return Math.multiplyExact(ROWS * recordBytes(), records());
  }

  /// Panels of one matrix.
  int panelsEach() {
    return Math.ceilDiv(rows, ROWS);
  }

  int panels() {
    return Math.multiplyExact(panelsEach(), matrices);
  }

  long bytes() {
    return (long) panels() * panelBytes();
  }

  /// Panel `index` of `tensor`, into a segment of [#panelBytes], which this fills.
  void copy(Tensor tensor, int index, MemorySegment panel) {
    long rowBytes = encoding.bytes(columns);
    int below = index % panelsEach() * ROWS;
    int count = Math.min(ROWS, rows - below);
    long from = ((long) index / panelsEach() * rows + below) * rowBytes;
    if (count < ROWS || columns % recordColumns() != 0) {
      panel.fill((byte) 0);
    }
    MemorySegment bytes = tensor.data().asSlice(from, count * rowBytes);
    for (int row = 0; row < count; row++) {
      copyRow(bytes.asSlice(row * rowBytes, rowBytes), row, panel);
    }
  }

  private void copyRow(MemorySegment bytes, int row, MemorySegment panel) {
    int recordBytes = recordBytes();
    int words = recordBytes / Integer.BYTES;
    int odd = recordBytes % Integer.BYTES;
    // where a scale stands before the codes it is moved behind them, so that these are whole words
    int oddFrom = encoding.blockElements() == 32 ? 0 : words * Integer.BYTES;
    int wordsFrom = oddFrom == 0 ? odd : 0;
    int whole = Math.toIntExact(bytes.byteSize() / recordBytes);
    for (int record = 0; record < whole; record++) {
      long from = (long) record * recordBytes;
      long to = (long) record * recordBytes * ROWS;
      for (int word = 0; word < words; word++) {
        int bits = bytes.get(WORD, from + wordsFrom + (long) word * Integer.BYTES);
        panel.set(WORD, to + ((long) word * ROWS + row) * Integer.BYTES, bits);
      }
      long oddTo = to + (long) words * Integer.BYTES * ROWS + (long) row * odd;
      MemorySegment.copy(bytes, from + oddFrom, panel, oddTo, odd);
    }
    copyEnd(bytes.asSlice((long) whole * recordBytes), whole, row, panel);
  }

  /// Less than a record: plain numbers up to the end of the row.
  private void copyEnd(MemorySegment bytes, int record, int row, MemorySegment panel) {
    for (long at = 0; at < bytes.byteSize(); at++) {
      long word = at / Integer.BYTES * ROWS + row;
      long to = (long) record * recordBytes() * ROWS + word * Integer.BYTES + at % Integer.BYTES;
      panel.set(ValueLayout.JAVA_BYTE, to, bytes.get(ValueLayout.JAVA_BYTE, at));
    }
  }
}
