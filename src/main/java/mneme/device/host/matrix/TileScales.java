package mneme.device.host.matrix;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;

/// Expands the scales of one tile to floats, so that the kernels need to know one form only.
final class TileScales {
  private static final int ROWS = Lanes.ROWS;

  private TileScales() {}

  /// Writes sixteen scales for each part of the row to `scales` and, if the layout has them, least
  /// values to `leasts`, from `at` on, `stride` apart.
  static void expand(Packed weight, int tile, float[] scales, float[] leasts, int at, int stride) {
    Layout.Scales kind = weight.layout().scales();
    long from = tile * weight.tileBytes();
    int groups = weight.columns() / kind.groupColumns();
    switch (kind) {
      case NONE -> ones(scales, groups, at, stride);
      case HALF -> halves(weight.data(), from, groups, scales, at, stride, 32);
      case BFLOAT -> bfloats(weight.data(), from, groups, scales, at, stride);
      case HALF_LEAST -> {
        halves(weight.data(), from, groups, scales, at, stride, 64);
        halves(weight.data(), from + 32, groups, leasts, at, stride, 64);
      }
      case SUPER_32, SUPER_16, SUPER_32_LEAST, SUPER_16_LEAST -> {
        int parts = kind.groupColumns() / kind.columns();
        for (int g = 0; g < groups; g++) {
          long group = from + (long) g * kind.groupBytes();
          int to = at + g * parts * stride;
          long small = group + (kind.hasLeast() ? 64 : 32);
          superScales(weight.data(), group, small, parts, scales, to, stride, 1);
          if (kind.hasLeast()) {
            superScales(
                weight.data(), group + 32, small + 16L * parts, parts, leasts, to, stride, -1);
          }
        }
      }
    }
  }

  private static void ones(float[] out, int groups, int at, int stride) {
    for (int g = 0; g < groups; g++) {
      java.util.Arrays.fill(out, at + g * stride, at + g * stride + ROWS, 1);
    }
  }

  private static void halves(
      MemorySegment data, long from, int groups, float[] out, int at, int stride, int step) {
    for (int g = 0; g < groups; g++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.halves(data, from + (long) g * step + 2L * lane)
            .intoArray(out, at + g * stride + lane);
      }
    }
  }

  private static void bfloats(
      MemorySegment data, long from, int groups, float[] out, int at, int stride) {
    for (int g = 0; g < groups; g++) {
      for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
        Lanes.bfloats(data, from + 32L * g + 2L * lane).intoArray(out, at + g * stride + lane);
      }
    }
  }

  private static void superScales(
      MemorySegment data,
      long large,
      long small,
      int parts,
      float[] out,
      int at,
      int stride,
      float sign) {
    for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
      FloatVector scale = Lanes.halves(data, large + 2L * lane).mul(sign);
      for (int p = 0; p < parts; p++) {
        Lanes.bytes(data, small + 16L * p + lane).mul(scale).intoArray(out, at + p * stride + lane);
      }
    }
  }
}
