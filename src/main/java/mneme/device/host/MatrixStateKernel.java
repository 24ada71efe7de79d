package mneme.device.host;

import java.util.Arrays;
import mneme.graph.Op;
import mneme.graph.Value;

/// A kernel whose state has a matrix `[keyWidth][valueWidth]` for each head. The columns of a
/// matrix do not know each other: some at a time stay in the first cache while all tokens of the
/// span pass.
abstract class MatrixStateKernel extends StateKernel {
  private final Value valueIn;
  private final Value outValue;
  private final int heads;
  private final int keyWidth;
  private final int valueWidth;
  private final Tile[] tiles;
  private float[] value = {};
  private float[] out = {};

  /// @param key, value, out of `heads` runs
  MatrixStateKernel(Op.Stateful op, int heads, Value key, Value value, Setting setting) {
    super(op, heads, setting);
    this.heads = heads;
    valueIn = value;
    outValue = op.out();
    keyWidth = key.width() / heads;
    valueWidth = value.width() / heads;
    tiles = new Tile[setting.workers().count()];
    Arrays.setAll(tiles, worker -> new Tile(keyWidth));
  }

  int heads() {
    return heads;
  }

  int keyWidth() {
    return keyWidth;
  }

  int valueWidth() {
    return valueWidth;
  }

  @Override
  void bind(Step now) {
    value = now.of(valueIn);
    out = now.of(outValue);
  }

  /// What a head needs before its columns meet the tokens of the span.
  void open(Walk walk) {}

  /// Lets the columns in `tile` meet token `t` of the span.
  abstract void token(Walk walk, int t, Tile tile);

  @Override
  void walk(Walk walk) {
    open(walk);
    Tile tile = tiles[walk.worker()];
    long matrix = (long) walk.part() * keyWidth * valueWidth;
    for (int column = 0; column < valueWidth; column += Tile.COLUMNS) {
      int count = Math.min(Tile.COLUMNS, valueWidth - column);
      load(walk, matrix + column, tile, count);
      for (int t = 0; t < walk.count(); t++) {
        int at = ((walk.row() + t) * heads + walk.part()) * valueWidth + column;
        System.arraycopy(value, at, tile.value, 0, count);
        token(walk, t, tile);
        System.arraycopy(tile.out, 0, out, at, count);
      }
      store(walk, matrix + column, tile, count);
    }
  }

  private void load(Walk walk, long from, Tile tile, int count) {
    if (walk.starts()) {
      tile.clear();
    } else if (count == Tile.COLUMNS) {
      tile.load(walk.pool(), walk.at(from), 4L * valueWidth);
    } else {
      for (int i = 0; i < keyWidth; i++) {
        walk.read(from + (long) i * valueWidth, tile.state, i * Tile.COLUMNS, count);
      }
    }
  }

  private void store(Walk walk, long from, Tile tile, int count) {
    if (count == Tile.COLUMNS) {
      tile.store(walk.pool(), walk.at(from), 4L * valueWidth);
    } else {
      for (int i = 0; i < keyWidth; i++) {
        walk.write(from + (long) i * valueWidth, tile.state, i * Tile.COLUMNS, count);
      }
    }
  }
}
