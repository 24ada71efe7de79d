package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import mneme.device.host.machine.Lanes;

/// Expands the numbers of one tile to floats, without their scales.
final class Levels {
  private static final int ROWS = Lanes.ROWS;
  private static final int WIDTH = Panel.WIDTH;

  private Levels() {}

  /// Columns `[from, to)` of a tile; column c goes to `(c - from) * Panel.WIDTH + at`.
  static void expand(Packed weight, int tile, int from, int to, float[] out, int at) {
    MemorySegment data = weight.data();
    long p = weight.numbersAt(tile) + weight.layout().numbers().bytes(from);
    int count = to - from;
    switch (weight.layout().numbers()) {
      case F32 -> floats(data, p, count, out, at);
      case F16 -> halves(data, p, count, out, at);
      case BF16 -> bfloats(data, p, count, out, at);
      case BYTES -> bytes(data, p, count, out, at);
      case NIBBLES -> nibbles(weight, p, count, out, at);
    }
  }

  private static void floats(MemorySegment data, long p, int count, float[] out, int at) {
    for (int c = 0; c < count; c++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.floats(data, p + 4L * (c * ROWS + lane)).intoArray(out, at + c * WIDTH + lane);
      }
    }
  }

  private static void halves(MemorySegment data, long p, int count, float[] out, int at) {
    for (int c = 0; c < count; c++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.halves(data, p + 2L * (c * ROWS + lane)).intoArray(out, at + c * WIDTH + lane);
      }
    }
  }

  private static void bfloats(MemorySegment data, long p, int count, float[] out, int at) {
    for (int c = 0; c < count; c++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.bfloats(data, p + 2L * (c * ROWS + lane)).intoArray(out, at + c * WIDTH + lane);
      }
    }
  }

  private static void bytes(MemorySegment data, long p, int count, float[] out, int at) {
    for (int c = 0; c < count; c++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.bytes(data, p + (long) c * ROWS + lane).intoArray(out, at + c * WIDTH + lane);
      }
    }
  }

  private static void nibbles(Packed weight, long p, int count, float[] out, int at) {
    if (Lanes.COUNT == 16) {
      nibblesByTable(weight, p, count, out, at);
    } else {
      nibblesByArithmetic(weight, p, count, out, at);
    }
  }

  private static void nibblesByTable(Packed weight, long p, int count, float[] out, int at) {
    IntVector levels = FloatVector.fromArray(Lanes.F, weight.levels(), 0).reinterpretAsInts();
    for (int c = 0; c < count; c += 8) {
      IntVector v = Lanes.ints(weight.data(), p + 8L * c);
      for (int i = 0; i < 8; i++) {
        v.selectFrom(levels).reinterpretAsFloats().intoArray(out, at + (c + i) * WIDTH);
        v = v.lanewise(VectorOperators.LSHR, 4);
      }
    }
  }

  private static void nibblesByArithmetic(Packed weight, long p, int count, float[] out, int at) {
    int least = (int) weight.levels()[0];
    for (int c = 0; c < count; c += 8) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        IntVector v = Lanes.ints(weight.data(), p + 8L * c + 4L * lane);
        for (int i = 0; i < 8; i++) {
          RowDot.level(v, least).intoArray(out, at + (c + i) * WIDTH + lane);
          v = v.lanewise(VectorOperators.LSHR, 4);
        }
      }
    }
  }
}
