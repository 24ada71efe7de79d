package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import mneme.device.host.machine.Lanes;

/*
 * Kernels for one input row. Four tiles at a time, because four streams from memory run faster than
 * one; two for nibbles, where four make the compiler give up on keeping vectors in registers. Loop
 * bodies are small for the same reason.
 */
/// One input row against up to [#TILES] tiles. Scratch of one thread.
final class RowDot {
  static final int TILES = 4;

  private static final int ROWS = Lanes.ROWS;

  private final float[] sums = new float[TILES * ROWS];
  private int row;
  private int xAt;
  private int dxAt;
  private float[] scales = new float[0];
  private float[] leasts = new float[0];

  /// Leaves the products of input row `row` and `count` tiles from `tile` on in the result, sixteen
  /// numbers a tile.
  float[] dot(Packed weight, int tile, int count, Inputs in, int row) {
    this.row = row;
    xAt = row * weight.columns();
    dxAt = xAt / Layout.BLOCK;
    Arrays.fill(sums, 0);
    Layout.Scales kind = weight.layout().scales();
    if (kind != Layout.Scales.NONE) {
      expand(weight, tile, count, in);
    }
    switch (weight.layout().numbers()) {
      case BYTES -> bytes(weight, tile, count, in);
      case NIBBLES -> {
        nibbles(weight, tile, Math.min(2, count), in, 0);
        if (count > 2) {
          nibbles(weight, tile + 2, count - 2, in, 2);
        }
      }
      case F32 -> floats(weight, tile, count, in);
      case BF16 -> bfloats(weight, tile, count, in);
      case F16 -> halves(weight, tile, count, in);
    }
    return sums;
  }

  private void expand(Packed weight, int tile, int count, Inputs in) {
    Layout.Scales kind = weight.layout().scales();
    int stride = weight.columns() / kind.columns() * ROWS;
    if (scales.length < TILES * stride) {
      scales = new float[TILES * stride];
      leasts = new float[TILES * stride];
    }
    for (int t = 0; t < TILES; t++) {
      TileScales.expand(weight, tile + Math.min(t, count - 1), scales, leasts, t * stride, ROWS);
      if (kind.hasLeast()) {
        addLeasts(t, stride, in.sums());
      }
    }
  }

  /// Starts each sum with the least values times the sums of the input's blocks.
  private void addLeasts(int t, int stride, float[] inputSums) {
    int from = row * (stride / ROWS);
    for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.F);
      for (int b = 0; b < stride / ROWS; b++) {
        sum =
            FloatVector.fromArray(Lanes.F, leasts, t * stride + b * ROWS + lane)
                .fma(FloatVector.broadcast(Lanes.F, inputSums[from + b]), sum);
      }
      sum.intoArray(sums, t * ROWS + lane);
    }
  }

  private void bytes(Packed weight, int tile, int count, Inputs in) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    float[] dx = in.scales();
    int dxFrom = dxAt;
    float[] s = scales;
    int columns = weight.columns();
    int part = weight.layout().scales().columns();
    int stride = columns / part * ROWS;
    long from = weight.numbersAt(tile);
    long to1 = weight.tileBytes() * Math.min(1, count - 1);
    long to2 = weight.tileBytes() * Math.min(2, count - 1);
    long to3 = weight.tileBytes() * Math.min(3, count - 1);
    for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
      FloatVector sum0 = FloatVector.fromArray(Lanes.F, sums, lane);
      FloatVector sum1 = FloatVector.fromArray(Lanes.F, sums, lane + ROWS);
      FloatVector sum2 = FloatVector.fromArray(Lanes.F, sums, lane + 2 * ROWS);
      FloatVector sum3 = FloatVector.fromArray(Lanes.F, sums, lane + 3 * ROWS);
      long p = from + lane;
      int si = lane;
      for (int b = 0; b < columns; b += part) {
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int c = b; c < b + part; c++) {
          FloatVector xv = FloatVector.broadcast(Lanes.F, x[xFrom + c]);
          a0 = Lanes.bytes(w, p).fma(xv, a0);
          a1 = Lanes.bytes(w, p + to1).fma(xv, a1);
          a2 = Lanes.bytes(w, p + to2).fma(xv, a2);
          a3 = Lanes.bytes(w, p + to3).fma(xv, a3);
          p += ROWS;
        }
        float d = dx[dxFrom + b / Layout.BLOCK];
        sum0 = a0.fma(FloatVector.fromArray(Lanes.F, s, si).mul(d), sum0);
        sum1 = a1.fma(FloatVector.fromArray(Lanes.F, s, si + stride).mul(d), sum1);
        sum2 = a2.fma(FloatVector.fromArray(Lanes.F, s, si + 2 * stride).mul(d), sum2);
        sum3 = a3.fma(FloatVector.fromArray(Lanes.F, s, si + 3 * stride).mul(d), sum3);
        si += ROWS;
      }
      sum0.intoArray(sums, lane);
      sum1.intoArray(sums, lane + ROWS);
      sum2.intoArray(sums, lane + 2 * ROWS);
      sum3.intoArray(sums, lane + 3 * ROWS);
    }
  }

  private void nibbles(Packed weight, int tile, int count, Inputs in, int slot) {
    if (Lanes.COUNT == 16) {
      nibblesByTable(weight, tile, count, in, slot);
    } else {
      nibblesByArithmetic(weight, tile, count, in, slot);
    }
  }

  private void nibblesByTable(Packed weight, int tile, int count, Inputs in, int slot) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    float[] dx = in.scales();
    int dxFrom = dxAt;
    float[] s = scales;
    FloatVector table = FloatVector.fromArray(Lanes.F, weight.levels(), 0);
    IntVector levels = table.reinterpretAsInts();
    int columns = weight.columns();
    int part = weight.layout().scales().columns();
    int stride = columns / part * ROWS;
    long p = weight.numbersAt(tile);
    long to1 = weight.tileBytes() * (count - 1);
    int si = slot * stride;
    FloatVector sum0 = FloatVector.fromArray(Lanes.F, sums, slot * ROWS);
    FloatVector sum1 = FloatVector.fromArray(Lanes.F, sums, slot * ROWS + ROWS);
    for (int b = 0; b < columns; b += part) {
      FloatVector a0 = FloatVector.zero(Lanes.F);
      FloatVector a1 = a0;
      for (int c = b; c < b + part; c += 8) {
        IntVector v0 = Lanes.ints(w, p);
        IntVector v1 = Lanes.ints(w, p + to1);
        for (int i = 0; i < 8; i++) {
          FloatVector xv = FloatVector.broadcast(Lanes.F, x[xFrom + c + i]);
          a0 = v0.selectFrom(levels).reinterpretAsFloats().fma(xv, a0);
          a1 = v1.selectFrom(levels).reinterpretAsFloats().fma(xv, a1);
          v0 = v0.lanewise(VectorOperators.LSHR, 4);
          v1 = v1.lanewise(VectorOperators.LSHR, 4);
        }
        p += 4 * ROWS;
      }
      float d = dx[dxFrom + b / Layout.BLOCK];
      sum0 = a0.fma(FloatVector.fromArray(Lanes.F, s, si).mul(d), sum0);
      sum1 = a1.fma(FloatVector.fromArray(Lanes.F, s, si + stride).mul(d), sum1);
      si += ROWS;
    }
    sum0.intoArray(sums, slot * ROWS);
    sum1.intoArray(sums, slot * ROWS + ROWS);
  }

  /// For levels that are evenly spaced by one.
  private void nibblesByArithmetic(Packed weight, int tile, int count, Inputs in, int slot) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    int least = (int) weight.levels()[0];
    int columns = weight.columns();
    int part = weight.layout().scales().columns();
    int stride = columns / part * ROWS;
    for (int t = 0; t < count; t++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        long p = weight.numbersAt(tile + t) + 4L * lane;
        int si = (slot + t) * stride + lane;
        FloatVector sum = FloatVector.fromArray(Lanes.F, sums, (slot + t) * ROWS + lane);
        for (int b = 0; b < columns; b += part) {
          FloatVector a = FloatVector.zero(Lanes.F);
          for (int c = b; c < b + part; c += 8) {
            IntVector v = Lanes.ints(w, p);
            for (int i = 0; i < 8; i++) {
              a = level(v, least).fma(FloatVector.broadcast(Lanes.F, x[xFrom + c + i]), a);
              v = v.lanewise(VectorOperators.LSHR, 4);
            }
            p += 4 * ROWS;
          }
          float d = in.scales()[dxAt + b / Layout.BLOCK];
          sum = a.fma(FloatVector.fromArray(Lanes.F, scales, si).mul(d), sum);
          si += ROWS;
        }
        sum.intoArray(sums, (slot + t) * ROWS + lane);
      }
    }
  }

  static FloatVector level(IntVector v, int least) {
    return (FloatVector) v.and(15).add(least).convertShape(VectorOperators.I2F, Lanes.F, 0);
  }

  private void floats(Packed weight, int tile, int count, Inputs in) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    int columns = weight.columns();
    for (int t = 0; t < count; t += 2) {
      long to1 = t + 1 < count ? weight.tileBytes() : 0;
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        long p = weight.numbersAt(tile + t) + 4L * lane;
        FloatVector sum0 = FloatVector.zero(Lanes.F);
        FloatVector sum1 = sum0;
        for (int b = 0; b < columns; b += Layout.BLOCK) {
          FloatVector a0 = FloatVector.zero(Lanes.F);
          FloatVector a1 = a0;
          for (int c = b; c < b + Layout.BLOCK; c++) {
            FloatVector xv = FloatVector.broadcast(Lanes.F, x[xFrom + c]);
            a0 = Lanes.floats(w, p).fma(xv, a0);
            a1 = Lanes.floats(w, p + to1).fma(xv, a1);
            p += 4 * ROWS;
          }
          sum0 = sum0.add(a0);
          sum1 = sum1.add(a1);
        }
        sum0.intoArray(sums, t * ROWS + lane);
        sum1.intoArray(sums, t * ROWS + ROWS + lane);
      }
    }
  }

  private void bfloats(Packed weight, int tile, int count, Inputs in) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    int columns = weight.columns();
    for (int t = 0; t < count; t += 2) {
      long to1 = t + 1 < count ? weight.tileBytes() : 0;
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        long p = weight.numbersAt(tile + t) + 2L * lane;
        FloatVector sum0 = FloatVector.zero(Lanes.F);
        FloatVector sum1 = sum0;
        for (int b = 0; b < columns; b += Layout.BLOCK) {
          FloatVector a0 = FloatVector.zero(Lanes.F);
          FloatVector a1 = a0;
          for (int c = b; c < b + Layout.BLOCK; c++) {
            FloatVector xv = FloatVector.broadcast(Lanes.F, x[xFrom + c]);
            a0 = Lanes.bfloats(w, p).fma(xv, a0);
            a1 = Lanes.bfloats(w, p + to1).fma(xv, a1);
            p += 2 * ROWS;
          }
          sum0 = sum0.add(a0);
          sum1 = sum1.add(a1);
        }
        sum0.intoArray(sums, t * ROWS + lane);
        sum1.intoArray(sums, t * ROWS + ROWS + lane);
      }
    }
  }

  private void halves(Packed weight, int tile, int count, Inputs in) {
    MemorySegment w = weight.data();
    float[] x = in.values();
    int xFrom = xAt;
    int columns = weight.columns();
    for (int t = 0; t < count; t += 2) {
      long to1 = t + 1 < count ? weight.tileBytes() : 0;
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        long p = weight.numbersAt(tile + t) + 2L * lane;
        FloatVector sum0 = FloatVector.zero(Lanes.F);
        FloatVector sum1 = sum0;
        for (int b = 0; b < columns; b += Layout.BLOCK) {
          FloatVector a0 = FloatVector.zero(Lanes.F);
          FloatVector a1 = a0;
          for (int c = b; c < b + Layout.BLOCK; c++) {
            FloatVector xv = FloatVector.broadcast(Lanes.F, x[xFrom + c]);
            a0 = Lanes.halves(w, p).fma(xv, a0);
            a1 = Lanes.halves(w, p + to1).fma(xv, a1);
            p += 2 * ROWS;
          }
          sum0 = sum0.add(a0);
          sum1 = sum1.add(a1);
        }
        sum0.intoArray(sums, t * ROWS + lane);
        sum1.intoArray(sums, t * ROWS + ROWS + lane);
      }
    }
  }
}
