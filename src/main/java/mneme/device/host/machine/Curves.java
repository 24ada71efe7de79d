package mneme.device.host.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Transcendental functions by polynomials of our own, so that an interpreter, a compiler and every
/// vector width give the same bits. [#exp] is within 2 units in the last place.
///
/// Each function exists for one number and for a vector; both perform the same operations in the
/// same order.
public final class Curves {
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /// Adding and taking off 1.5 * 2^23 rounds to an integer, whose bits then stand below these.
  private static final float ROUNDER = 12582912f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
  private static final float LEAST = -104f;
  private static final float MOST = 89f;

  /// Beyond it tanh is 1 in f32.
  private static final float TANH_MOST = 40f;

  private Curves() {}

  /// e to the power x; 0 below -104, infinity above 89.
  public static float exp(float x) {
    float clamped = Math.min(Math.max(x, LEAST), MOST);
    float rounded = Math.fma(clamped, LOG2_E, ROUNDER);
    int power = Float.floatToRawIntBits(rounded) - ROUNDER_BITS;
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, clamped));
    float p = Math.fma(tail(r), r * r, r) + 1;
    int half = power >> 1;
    return p
        * Float.intBitsToFloat(half + 127 << 23)
        * Float.intBitsToFloat(power - half + 127 << 23);
  }

  public static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(LEAST).min(MOST);
    FloatVector rounded = clamped.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    IntVector power = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), clamped));
    FloatVector p = tail(r).fma(r.mul(r), r).add(1);
    IntVector half = power.lanewise(VectorOperators.ASHR, 1);
    return p.mul(twoTo(half)).mul(twoTo(power.sub(half)));
  }

  /// (e^r - 1 - r) / r^2 for |r| up to half of log 2.
  private static float tail(float r) {
    float p = Math.fma(r, 1.9875691e-4f, 1.3981999e-3f);
    p = Math.fma(p, r, 8.3334519e-3f);
    p = Math.fma(p, r, 4.1665795e-2f);
    p = Math.fma(p, r, 1.6666665e-1f);
    return Math.fma(p, r, 5.0000001e-1f);
  }

  private static FloatVector tail(FloatVector r) {
    FloatVector p = r.fma(broadcast(1.9875691e-4f), broadcast(1.3981999e-3f));
    p = p.fma(r, broadcast(8.3334519e-3f));
    p = p.fma(r, broadcast(4.1665795e-2f));
    p = p.fma(r, broadcast(1.6666665e-1f));
    return p.fma(r, broadcast(5.0000001e-1f));
  }

  /// Numbers `[at, at + count)` become e to the power of themselves less `shift`.
  public static void expOfDifference(float[] values, int at, int count, float shift) {
    int i = at;
    for (; i + Lanes.COUNT <= at + count; i += Lanes.COUNT) {
      exp(FloatVector.fromArray(Lanes.F, values, i).sub(shift)).intoArray(values, i);
    }
    for (; i < at + count; i++) {
      values[i] = exp(values[i] - shift);
    }
  }

  private static FloatVector twoTo(IntVector power) {
    return power.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }

  public static float sigmoid(float x) {
    return 1 / (1 + exp(-x));
  }

  public static FloatVector sigmoid(FloatVector x) {
    return broadcast(1).div(exp(x.neg()).add(1));
  }

  /// m / (m + 2) with m = e^2x - 1, which does not cancel near 0.
  public static float tanh(float x) {
    float y = Math.min(Math.max(2 * x, -TANH_MOST), TANH_MOST);
    float rounded = Math.fma(y, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
    float scale = Float.intBitsToFloat(Float.floatToRawIntBits(rounded) - ROUNDER_BITS + 127 << 23);
    float m = Math.fma(scale, Math.fma(tail(r), r * r, r), scale - 1);
    return m / (m + 2);
  }

  public static FloatVector tanh(FloatVector x) {
    FloatVector y = x.mul(2).max(-TANH_MOST).min(TANH_MOST);
    FloatVector rounded = y.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), y));
    FloatVector scale = twoTo(rounded.reinterpretAsInts().sub(ROUNDER_BITS));
    FloatVector m = scale.fma(tail(r).fma(r.mul(r), r), scale.sub(1));
    return m.div(m.add(2));
  }

  /// log(1 + e^x), in double precision inside.
  public static float softplus(float x) {
    return x > 20 ? x : (float) StrictMath.log1p(StrictMath.exp(x));
  }

  /// The error function: its series near 0, a continued fraction of its complement far out.
  public static float erf(float x) {
    double a = Math.abs((double) x);
    double result = a < 2.5 ? erfSeries(a) : 1 - erfcFraction(a);
    return (float) (x < 0 ? -result : result);
  }

  private static double erfSeries(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static double erfcFraction(double x) {
    double fraction = x;
    for (int n = 40; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return StrictMath.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
}
