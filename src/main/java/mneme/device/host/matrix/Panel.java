package mneme.device.host.matrix;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;

/// Many input rows against two tiles. The tiles' levels are expanded to floats some columns at a
/// time, small enough for the cache, and then meet eight input rows at once in registers. Scratch
/// of one thread.
final class Panel {
  /// Rows of a panel: two tiles.
  static final int WIDTH = 2 * Lanes.ROWS;

  private static final int GROUP = Inputs.GROUP;
  private static final int DEPTH = 512;

  private final float[] levels = new float[DEPTH * WIDTH];
  private final float[] block = new float[GROUP * WIDTH];
  private float[] scales = new float[0];
  private float[] leasts = new float[0];
  private float[] sums = new float[0];

  /// Leaves the products in the result: [#WIDTH] numbers for each input row.
  ///
  /// @param count 1 or 2 tiles
  float[] multiply(Packed weight, int tile, int count, Inputs in) {
    Layout.Scales kind = weight.layout().scales();
    int groups = (in.rows() + GROUP - 1) / GROUP;
    int parts = weight.columns() / kind.columns();
    reserve(groups, parts);
    for (int t = 0; t < count; t++) {
      TileScales.expand(weight, tile + t, scales, leasts, t * Lanes.ROWS, WIDTH);
    }
    start(kind.hasLeast() ? parts : 0, groups, in.sums());
    for (int from = 0; from < weight.columns(); from += DEPTH) {
      int to = Math.min(weight.columns(), from + DEPTH);
      for (int t = 0; t < count; t++) {
        Levels.expand(weight, tile + t, from, to, levels, t * Lanes.ROWS);
      }
      for (int group = 0; group < groups; group++) {
        columns(weight, group, from, to, in);
      }
    }
    return sums;
  }

  private void reserve(int groups, int parts) {
    if (scales.length < parts * WIDTH) {
      scales = new float[parts * WIDTH];
      leasts = new float[parts * WIDTH];
    }
    if (sums.length < groups * GROUP * WIDTH) {
      sums = new float[groups * GROUP * WIDTH];
    }
  }

  /// Starts each sum with the least values times the sums of the input's blocks.
  private void start(int parts, int groups, float[] inputSums) {
    if (parts == 0) {
      Arrays.fill(sums, 0, groups * GROUP * WIDTH, 0);
      return;
    }
    for (int group = 0; group < groups; group++) {
      for (int lane = 0; lane < GROUP; lane++) {
        int from = group * parts * GROUP + lane;
        for (int w = 0; w < WIDTH; w += Lanes.COUNT) {
          FloatVector sum = FloatVector.zero(Lanes.F);
          for (int b = 0; b < parts; b++) {
            sum =
                FloatVector.fromArray(Lanes.F, leasts, b * WIDTH + w)
                    .fma(FloatVector.broadcast(Lanes.F, inputSums[from + b * GROUP]), sum);
          }
          sum.intoArray(sums, (group * GROUP + lane) * WIDTH + w);
        }
      }
    }
  }

  private void columns(Packed weight, int group, int from, int to, Inputs in) {
    int part = weight.layout().scales().columns();
    int columns = weight.columns();
    float[] x = in.values();
    float[] dx = in.scales();
    int xAt = group * columns * GROUP;
    int dxAt = group * (columns / Layout.BLOCK) * GROUP;
    for (int c = from; c < to; c += part) {
      for (int w = 0; w < WIDTH; w += 2 * Lanes.COUNT) {
        eight(levels, (c - from) * WIDTH + w, x, xAt + c * GROUP, part, block, w);
      }
      settle(c / part * WIDTH, dx, dxAt + c / Layout.BLOCK * GROUP, group * GROUP * WIDTH);
    }
  }

  /// Two vectors of rows against eight input rows, `count` columns.
  private static void eight(
      float[] w, int wFrom, float[] x, int xFrom, int count, float[] out, int at) {
    FloatVector a0 = FloatVector.zero(Lanes.F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector b4 = a0;
    FloatVector b5 = a0;
    FloatVector b6 = a0;
    FloatVector b7 = a0;
    int wAt = wFrom;
    int xAt = xFrom;
    for (int k = 0; k < count; k++) {
      FloatVector u = FloatVector.fromArray(Lanes.F, w, wAt);
      FloatVector v = FloatVector.fromArray(Lanes.F, w, wAt + Lanes.COUNT);
      FloatVector s = FloatVector.broadcast(Lanes.F, x[xAt]);
      a0 = u.fma(s, a0);
      b0 = v.fma(s, b0);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 1]);
      a1 = u.fma(s, a1);
      b1 = v.fma(s, b1);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 2]);
      a2 = u.fma(s, a2);
      b2 = v.fma(s, b2);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 3]);
      a3 = u.fma(s, a3);
      b3 = v.fma(s, b3);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 4]);
      a4 = u.fma(s, a4);
      b4 = v.fma(s, b4);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 5]);
      a5 = u.fma(s, a5);
      b5 = v.fma(s, b5);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 6]);
      a6 = u.fma(s, a6);
      b6 = v.fma(s, b6);
      s = FloatVector.broadcast(Lanes.F, x[xAt + 7]);
      a7 = u.fma(s, a7);
      b7 = v.fma(s, b7);
      wAt += WIDTH;
      xAt += GROUP;
    }
    a0.intoArray(out, at);
    a1.intoArray(out, at + WIDTH);
    a2.intoArray(out, at + 2 * WIDTH);
    a3.intoArray(out, at + 3 * WIDTH);
    a4.intoArray(out, at + 4 * WIDTH);
    a5.intoArray(out, at + 5 * WIDTH);
    a6.intoArray(out, at + 6 * WIDTH);
    a7.intoArray(out, at + 7 * WIDTH);
    int next = at + Lanes.COUNT;
    b0.intoArray(out, next);
    b1.intoArray(out, next + WIDTH);
    b2.intoArray(out, next + 2 * WIDTH);
    b3.intoArray(out, next + 3 * WIDTH);
    b4.intoArray(out, next + 4 * WIDTH);
    b5.intoArray(out, next + 5 * WIDTH);
    b6.intoArray(out, next + 6 * WIDTH);
    b7.intoArray(out, next + 7 * WIDTH);
  }

  /// Adds a block's sums, scaled, to the rows' sums.
  private void settle(int scaleAt, float[] dx, int dxAt, int sumAt) {
    for (int w = 0; w < WIDTH; w += Lanes.COUNT) {
      FloatVector scale = FloatVector.fromArray(Lanes.F, scales, scaleAt + w);
      for (int lane = 0; lane < GROUP; lane++) {
        int at = sumAt + lane * WIDTH + w;
        FloatVector.fromArray(Lanes.F, block, lane * WIDTH + w)
            .fma(scale.mul(dx[dxAt + lane]), FloatVector.fromArray(Lanes.F, sums, at))
            .intoArray(sums, at);
      }
    }
  }
}
