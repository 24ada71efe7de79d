package mneme.device.host.machine;

import jdk.incubator.vector.FloatVector;

/// [Curves] of many numbers. Each loop is to be compiled on its own: the compiler stops inlining in
/// the midst of a method that holds several, and what it then calls returns its vectors on the
/// heap. The launcher forbids it to inline the methods of this class.
public final class Runs {
  private Runs() {}

  /// Numbers `[at, at + count)` become e to the power of themselves less `shift`.
  public static void exp(float[] values, int at, int count, float shift) {
    int i = at;
    for (; i + Lanes.COUNT <= at + count; i += Lanes.COUNT) {
      Curves.exp(FloatVector.fromArray(Lanes.F, values, i).sub(shift)).intoArray(values, i);
    }
    for (; i < at + count; i++) {
      values[i] = Curves.exp(values[i] - shift);
    }
  }

  /// Numbers `[at, at + count)` become e to the power of themselves, less one.
  public static void expm1(float[] values, int at, int count) {
    int i = at;
    for (; i + Lanes.COUNT <= at + count; i += Lanes.COUNT) {
      Curves.expm1(FloatVector.fromArray(Lanes.F, values, i)).intoArray(values, i);
    }
    for (; i < at + count; i++) {
      values[i] = Curves.expm1(values[i]);
    }
  }

  /// out[to + i] = softplus(in[from + i]); the two are different arrays.
  public static void softplus(float[] in, int from, float[] out, int to, int count) {
    for (int i = 0; i < count; i++) {
      out[to + i] = -Math.abs(in[from + i]);
    }
    exp(out, to, count, 0);
    share(out, to, count);
    series(in, from, out, to, count);
  }

  private static void share(float[] values, int at, int count) {
    for (int i = at; i < at + count; i++) {
      values[i] = values[i] / (values[i] + 2);
    }
  }

  private static void series(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      Curves.softplus(
              FloatVector.fromArray(Lanes.F, out, to + i),
              FloatVector.fromArray(Lanes.F, in, from + i))
          .intoArray(out, to + i);
    }
    for (; i < count; i++) {
      out[to + i] = Curves.softplus(in[from + i]);
    }
  }
}
