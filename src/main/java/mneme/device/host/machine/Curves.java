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

  /// Beyond it tanh of half of it is 1 in f32.
  private static final float EXPM1_MOST = 40f;

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

  /// e^x - 1, which does not cancel near 0; x counts from -40 to 40 only.
  public static float expm1(float x) {
    float y = Math.min(Math.max(x, -EXPM1_MOST), EXPM1_MOST);
    float rounded = Math.fma(y, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
    float scale = Float.intBitsToFloat(Float.floatToRawIntBits(rounded) - ROUNDER_BITS + 127 << 23);
    return Math.fma(scale, Math.fma(tail(r), r * r, r), scale - 1);
  }

  public static FloatVector expm1(FloatVector x) {
    FloatVector y = x.max(-EXPM1_MOST).min(EXPM1_MOST);
    FloatVector rounded = y.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), y));
    FloatVector scale = twoTo(rounded.reinterpretAsInts().sub(ROUNDER_BITS));
    return scale.fma(tail(r).fma(r.mul(r), r), scale.sub(1));
  }

  public static float tanh(float x) {
    float m = expm1(2 * x);
    return m / (m + 2);
  }

  public static FloatVector tanh(FloatVector x) {
    FloatVector m = expm1(x.mul(2));
    return m.div(m.add(2));
  }

  /// log(1 + e^x): with y = e^-|x| and s = y / (2 + y), max(x, 0) + 2 artanh(s), whose series is
  /// short because s is at most a third.
  public static float softplus(float x) {
    float y = exp(-Math.abs(x));
    float s = y / (y + 2);
    float p = artanhTail(s * s);
    return Math.fma(2 * s, Math.fma(p, s * s, 1), Math.max(x, 0));
  }

  /// The end of [#softplus], from s on.
  static FloatVector softplus(FloatVector s, FloatVector x) {
    FloatVector square = s.mul(s);
    FloatVector p = artanhTail(square).fma(square, broadcast(1));
    return s.mul(2).fma(p, x.max(0));
  }

  /// (artanh(s) / s - 1) / s^2 as a series in z = s^2.
  private static float artanhTail(float z) {
    float p = Math.fma(z, 1 / 17f, 1 / 15f);
    p = Math.fma(p, z, 1 / 13f);
    p = Math.fma(p, z, 1 / 11f);
    p = Math.fma(p, z, 1 / 9f);
    p = Math.fma(p, z, 1 / 7f);
    p = Math.fma(p, z, 1 / 5f);
    return Math.fma(p, z, 1 / 3f);
  }

  private static FloatVector artanhTail(FloatVector z) {
    FloatVector p = z.fma(broadcast(1 / 17f), broadcast(1 / 15f));
    p = p.fma(z, broadcast(1 / 13f));
    p = p.fma(z, broadcast(1 / 11f));
    p = p.fma(z, broadcast(1 / 9f));
    p = p.fma(z, broadcast(1 / 7f));
    p = p.fma(z, broadcast(1 / 5f));
    return p.fma(z, broadcast(1 / 3f));
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
