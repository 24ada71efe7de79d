package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.NativeBlock;
import mneme.device.host.machine.Workers;
import mneme.format.Tensor;

/// A weight matrix, or a stack of them, laid out in tiles of sixteen rows. The last tile of a
/// matrix is filled up with rows of zeros.
public final class Packed implements AutoCloseable {
  /// Four-lane machines read this far past the last number.
  private static final int SLACK_BYTES = 64;

  private final Layout layout;
  private final int rows;
  private final int columns;
  private final int tiles;
  private final long bytes;
  private final NativeBlock block;
  private final float[] levels = new float[16];

  private Packed(Tensor tensor, boolean isEmpty) {
    layout = Layout.of(tensor.encoding());
    rows = tensor.rows();
    columns = layout.padded(tensor.columns());
    tiles = (rows + Lanes.ROWS - 1) / Lanes.ROWS;
    bytes = layout.tileBytes(columns) * tiles * tensor.matrices();
    block = NativeBlock.of((isEmpty ? 0 : bytes) + SLACK_BYTES);
    for (int i = 0; i < layout.levels().size(); i++) {
      levels[i] = layout.levels().get(i);
    }
  }

  /// Lays `tensor` out anew and lets go of the file pages it came from.
  public static Packed of(Tensor tensor, Workers workers) {
    Packed packed = new Packed(tensor, false);
    Packer packer = new Packer(tensor, packed, workers.count());
    try {
      workers.run(packer, packer.chunks());
    } catch (RuntimeException e) {
      packed.close();
      throw e;
    }
    return packed;
  }

  /// With the sizes that `tensor` would have, and no room for its numbers.
  public static Packed empty(Tensor tensor) {
    return new Packed(tensor, true);
  }

  public Layout layout() {
    return layout;
  }

  /// Rows of one matrix.
  public int rows() {
    return rows;
  }

  /// Columns, padded to whole blocks.
  public int columns() {
    return columns;
  }

  /// Tiles of one matrix; tile t of matrix m is tile `m * tiles() + t`.
  public int tiles() {
    return tiles;
  }

  public long bytes() {
    return bytes;
  }

  MemorySegment data() {
    return block.segment();
  }

  long tileBytes() {
    return layout.tileBytes(columns);
  }

  /// Offset of the numbers of a tile.
  long numbersAt(int tile) {
    return tile * tileBytes() + layout.scales().bytes(columns);
  }

  float[] levels() {
    return levels;
  }

  @Override
  public void close() {
    block.close();
  }
}
