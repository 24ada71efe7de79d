package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Workers;
import mneme.format.Decoder;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// Lays the rows of a tensor out in tiles, tile by tile, on all threads.
final class Packer implements Workers.Task {
  private static final int ROWS = Lanes.ROWS;

  private final Tensor tensor;
  private final Packed target;
  private final Layout layout;
  private final Encoding encoding;
  private final int rowBytes;

  Packer(Tensor tensor, Packed target) {
    this.tensor = tensor;
    this.target = target;
    this.layout = target.layout();
    this.encoding = tensor.encoding();
    this.rowBytes = Math.toIntExact(encoding.bytes(tensor.columns()));
  }

  /// One matrix of the stack and tile of it.
  @Override
  public void chunk(int tile, int worker) {
    byte[] out = new byte[Math.toIntExact(target.tileBytes())];
    int matrix = tile / target.tiles();
    int firstRow = tile % target.tiles() * ROWS;
    int rows = Math.min(ROWS, target.rows() - firstRow);
    long first = (long) matrix * target.rows() + firstRow;
    if (layout.scales() == Layout.Scales.NONE) {
      plain(first, rows, out);
    } else {
      blocks(first, rows, out);
    }
    MemorySegment.copy(
        out, 0, target.data(), ValueLayout.JAVA_BYTE, tile * target.tileBytes(), out.length);
  }

  private void plain(long first, int rows, byte[] out) {
    int size = (int) layout.numbers().bytes(1) / ROWS;
    byte[] in = new byte[tensor.columns() * size];
    for (int lane = 0; lane < rows; lane++) {
      read(first + lane, size, in);
      for (int c = 0; c < tensor.columns(); c++) {
        for (int b = 0; b < size; b++) {
          out[(c * ROWS + lane) * size + b] = in[c * size + b];
        }
      }
    }
  }

  private void read(long row, int size, byte[] in) {
    if (rowBytes == in.length && (encoding == Encoding.F32 || size == 2)) {
      MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, row * rowBytes, in, 0, rowBytes);
    } else {
      float[] values = Decoder.rows(tensor, row, 1);
      MemorySegment.ofArray(in).copyFrom(MemorySegment.ofArray(values));
    }
  }

  private void blocks(long first, int rows, byte[] out) {
    Codes codes = new Codes();
    byte[] in = new byte[rowBytes];
    int blockBytes = encoding.blockBytes();
    int blockColumns = encoding.blockElements();
    for (int lane = 0; lane < rows; lane++) {
      long at = (first + lane) * rowBytes;
      MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, at, in, 0, rowBytes);
      for (int b = 0; b < rowBytes / blockBytes; b++) {
        codes.read(encoding, in, b * blockBytes);
        scales(codes, out, b * layout.scales().groupBytes(), lane);
        numbers(codes, out, b * blockColumns, lane);
      }
    }
  }

  private void scales(Codes codes, byte[] out, int at, int lane) {
    short16(codes.scale, out, at + 2 * lane);
    int next = at + 2 * ROWS;
    if (layout.scales().hasLeast()) {
      short16(codes.least, out, next + 2 * lane);
      next += 2 * ROWS;
    }
    if (layout.scales().isSuper()) {
      int count = layout.scales().groupColumns() / layout.scales().columns();
      for (int i = 0; i < count; i++) {
        out[next + i * ROWS + lane] = codes.scales[i];
        if (layout.scales().hasLeast()) {
          out[next + (count + i) * ROWS + lane] = codes.leasts[i];
        }
      }
    }
  }

  private static void short16(short bits, byte[] out, int at) {
    out[at] = (byte) bits;
    out[at + 1] = (byte) (bits >> 8);
  }

  private void numbers(Codes codes, byte[] out, int column, int lane) {
    int at = Math.toIntExact(layout.scales().bytes(target.columns()));
    int count = encoding.blockElements();
    byte[] numbers = codes.numbers;
    if (layout.numbers() == Layout.Numbers.BYTES) {
      List<Byte> levels = layout.levels();
      for (int c = 0; c < count; c++) {
        byte number = levels.isEmpty() ? numbers[c] : levels.get(numbers[c]);
        out[at + (column + c) * ROWS + lane] = number;
      }
    } else {
      for (int c = 0; c < count; c += 2) {
        int group = (column + c) / 8;
        out[at + group * 4 * ROWS + 4 * lane + c % 8 / 2] =
            (byte) (numbers[c] | numbers[c + 1] << 4);
      }
    }
  }
}
