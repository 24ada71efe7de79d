package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;

/// Four input rows against two tiles of bytes: a weight that is taken apart once serves four rows,
/// and never goes through memory. Scratch of one thread.
final class FourRows {
  static final int COUNT = 4;
  static final int TILES = 2;

  private static final int ROWS = Lanes.ROWS;

  private final float[] sums = new float[COUNT * TILES * ROWS];
  private final float[] block = new float[COUNT * TILES * ROWS];
  private final int[] rowAt = new int[COUNT];
  private final int[] scaleAt = new int[COUNT];
  private float[] scales = new float[0];
  private float[] leasts = new float[0];
  private int stride;

  /// From the first tile to the second.
  private long to1;

  /// Makes the scales of `count` tiles from `tile` on ready.
  void open(Packed weight, int tile, int count) {
    Layout.Scales kind = weight.layout().scales();
    stride = weight.columns() / kind.columns() * ROWS;
    if (scales.length < TILES * stride) {
      scales = new float[TILES * stride];
      leasts = new float[TILES * stride];
    }
    for (int t = 0; t < TILES; t++) {
      TileScales.expand(weight, tile + Math.min(t, count - 1), scales, leasts, t * stride, ROWS);
    }
  }

  /// Leaves the products of rows `[row, row + 4)` in the result, two tiles for each row. Rows that
  /// the input does not have repeat its last.
  float[] multiply(Packed weight, int tile, int count, Inputs in, int row) {
    for (int i = 0; i < COUNT; i++) {
      int real = Math.min(row + i, in.rows() - 1);
      rowAt[i] = in.at(real, weight.columns());
      scaleAt[i] = in.at(real, weight.columns() / Layout.BLOCK);
    }
    Arrays.fill(sums, 0);
    if (weight.layout().scales().hasLeast()) {
      addLeasts(in, row);
    }
    for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
      rows(weight, tile, count, in, lane);
    }
    return sums;
  }

  /// Starts each sum with the least values times the sums of the input's blocks.
  private void addLeasts(Inputs in, int row) {
    int parts = stride / ROWS;
    for (int i = 0; i < COUNT; i++) {
      int from = in.at(Math.min(row + i, in.rows() - 1), parts);
      for (int t = 0; t < TILES * ROWS; t += Lanes.COUNT) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int b = 0; b < parts; b++) {
          int least = t / ROWS * stride + b * ROWS + t % ROWS;
          sum =
              FloatVector.fromArray(Lanes.F, leasts, least)
                  .fma(FloatVector.broadcast(Lanes.F, in.sums()[from + b * in.lanes()]), sum);
        }
        sum.intoArray(sums, i * TILES * ROWS + t);
      }
    }
  }

  private void rows(Packed weight, int tile, int count, Inputs in, int lane) {
    MemorySegment w = weight.data();
    int part = weight.layout().scales().columns();
    long p = weight.numbersAt(tile) + lane;
    to1 = weight.tileBytes() * (count - 1);
    for (int c = 0; c < weight.columns(); c += part) {
      columns(w, p, in, c, part);
      settle(in.scales(), c / Layout.BLOCK * in.lanes(), c / part * ROWS + lane, lane);
      p += (long) part * ROWS;
    }
  }

  /// Sums of `count` columns from `from` on.
  private void columns(MemorySegment w, long start, Inputs in, int from, int count) {
    FloatVector a0 = FloatVector.zero(Lanes.F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    float[] x = in.values();
    int lanes = in.lanes();
    int x0 = rowAt[0];
    int x1 = rowAt[1];
    int x2 = rowAt[2];
    int x3 = rowAt[3];
    long second = to1;
    long p = start;
    for (int c = from; c < from + count; c++) {
      FloatVector u = Lanes.bytes(w, p);
      FloatVector v = Lanes.bytes(w, p + second);
      int at = c * lanes;
      FloatVector xv = FloatVector.broadcast(Lanes.F, x[x0 + at]);
      a0 = u.fma(xv, a0);
      b0 = v.fma(xv, b0);
      xv = FloatVector.broadcast(Lanes.F, x[x1 + at]);
      a1 = u.fma(xv, a1);
      b1 = v.fma(xv, b1);
      xv = FloatVector.broadcast(Lanes.F, x[x2 + at]);
      a2 = u.fma(xv, a2);
      b2 = v.fma(xv, b2);
      xv = FloatVector.broadcast(Lanes.F, x[x3 + at]);
      a3 = u.fma(xv, a3);
      b3 = v.fma(xv, b3);
      p += ROWS;
    }
    a0.intoArray(block, 0);
    b0.intoArray(block, ROWS);
    a1.intoArray(block, 2 * ROWS);
    b1.intoArray(block, 3 * ROWS);
    a2.intoArray(block, 4 * ROWS);
    b2.intoArray(block, 5 * ROWS);
    a3.intoArray(block, 6 * ROWS);
    b3.intoArray(block, 7 * ROWS);
  }

  /// Adds the block's sums, scaled, to the rows' sums.
  private void settle(float[] dx, int block32, int from, int lane) {
    for (int t = 0; t < TILES; t++) {
      FloatVector scale = FloatVector.fromArray(Lanes.F, scales, from + t * stride);
      for (int i = 0; i < COUNT; i++) {
        int at = (i * TILES + t) * ROWS;
        FloatVector.fromArray(Lanes.F, block, at)
            .fma(
                scale.mul(dx[scaleAt[i] + block32]),
                FloatVector.fromArray(Lanes.F, sums, at + lane))
            .intoArray(sums, at + lane);
      }
    }
  }
}
