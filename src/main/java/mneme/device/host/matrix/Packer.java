package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.NativeBlock;
import mneme.device.host.machine.Workers;
import mneme.format.Decoder;
import mneme.format.Encoding;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;

/// Lays the rows of a tensor out in tiles, tile by tile, on all threads.
final class Packer implements Workers.Task {
  private static final int ROWS = Lanes.ROWS;

  /// Bytes of the file that are read before their pages are let go.
  private static final long WINDOW_BYTES = 4 << 20;

  private final Tensor tensor;
  private final Packed target;
  private final Layout layout;
  private final Encoding encoding;
  private final int rowBytes;
  private final int tilesPerChunk;
  private final Bench[] benches;

  /// Scratch of one thread.
  private static final class Bench {
    final Codes codes = new Codes();
    final byte[] in;
    final byte[] out;

    Bench(int inBytes, int outBytes) {
      in = new byte[inBytes];
      out = new byte[outBytes];
    }
  }

  Packer(Tensor tensor, Packed target, int workers) {
    this.tensor = tensor;
    this.target = target;
    layout = target.layout();
    encoding = tensor.encoding();
    rowBytes = Math.toIntExact(encoding.bytes(tensor.columns()));
    tilesPerChunk = (int) Math.max(1, WINDOW_BYTES / ((long) rowBytes * ROWS + 1));
    int plainBytes = (int) layout.numbers().bytes(tensor.columns()) / ROWS;
    benches = new Bench[workers];
    for (int i = 0; i < workers; i++) {
      benches[i] = new Bench(Math.max(rowBytes, plainBytes), Math.toIntExact(target.tileBytes()));
    }
  }

  /// Chunks to run: some tiles each.
  int chunks() {
    return (tiles() + tilesPerChunk - 1) / tilesPerChunk;
  }

  private int tiles() {
    return target.tiles() * tensor.matrices();
  }

  @Override
  public void chunk(int chunk, int worker) {
    int from = chunk * tilesPerChunk;
    int to = Math.min(tiles(), from + tilesPerChunk);
    for (int tile = from; tile < to; tile++) {
      pack(tile, benches[worker]);
    }
    long first = firstRow(from) * rowBytes;
    long end = to == tiles() ? tensor.data().byteSize() : firstRow(to) * rowBytes;
    NativeBlock.forget(tensor.data().asSlice(first, end - first));
  }

  private long firstRow(int tile) {
    return (long) (tile / target.tiles()) * target.rows() + (long) tile % target.tiles() * ROWS;
  }

  private void pack(int tile, Bench bench) {
    Arrays.fill(bench.out, (byte) 0);
    int rows = Math.min(ROWS, target.rows() - tile % target.tiles() * ROWS);
    for (int lane = 0; lane < rows; lane++) {
      if (layout.scales() == Layout.Scales.NONE) {
        plain(firstRow(tile) + lane, lane, bench);
      } else {
        blocks(firstRow(tile) + lane, lane, bench);
      }
    }
    MemorySegment.copy(
        bench.out,
        0,
        target.data(),
        ValueLayout.JAVA_BYTE,
        tile * target.tileBytes(),
        bench.out.length);
  }

  private void plain(long row, int lane, Bench bench) {
    int size = (int) layout.numbers().bytes(1) / ROWS;
    byte[] in = bench.in;
    byte[] out = bench.out;
    read(row, size, in);
    for (int c = 0; c < tensor.columns(); c++) {
      for (int b = 0; b < size; b++) {
        out[(c * ROWS + lane) * size + b] = in[c * size + b];
      }
    }
  }

  private void read(long row, int size, byte[] in) {
    if (encoding == Encoding.F32 || size == 2) {
      copy(row, in);
    } else {
      float[] values = Decoder.rows(tensor, row, 1);
      MemorySegment.ofArray(in).copyFrom(MemorySegment.ofArray(values));
    }
  }

  /// A bulk copy, which throws where a file was cut meanwhile and a vector load would end the
  /// process.
  private void copy(long row, byte[] in) {
    try {
      MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, row * rowBytes, in, 0, rowBytes);
    } catch (InternalError e) {
      throw new ModelFormatException(
          "tensor '" + tensor.name() + "' cannot be read: the file was cut or its disk failed", e);
    }
  }

  private void blocks(long row, int lane, Bench bench) {
    copy(row, bench.in);
    int blockBytes = encoding.blockBytes();
    for (int b = 0; b < rowBytes / blockBytes; b++) {
      bench.codes.read(encoding, bench.in, b * blockBytes);
      int group = b * encoding.blockElements() / layout.scales().groupColumns();
      scales(bench.codes, bench.out, group * layout.scales().groupBytes(), lane);
      numbers(bench.codes, bench.out, b * encoding.blockElements(), lane);
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
        out[at + (column + c) * ROWS + lane] =
            levels.isEmpty() ? numbers[c] : levels.get(numbers[c]);
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
