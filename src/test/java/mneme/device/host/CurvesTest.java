package mneme.device.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Runs;
import org.junit.jupiter.api.Test;

class CurvesTest {
  private interface FloatFunction {
    float of(float x);
  }

  @Test
  void expIsWithinTwoUnitsInTheLastPlace() {
    assertClose(-86, 88, 2, Curves::exp, StrictMath::exp);
    assertThat(Curves.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Curves.exp(-120)).isZero();
    assertThat(Curves.exp(0)).isEqualTo(1);
    assertThat(Curves.exp(200)).isInfinite();
    assertThat(Curves.exp(Float.NaN)).isNaN();
  }

  @Test
  void tanhIsAccurateNearZeroAndFarOut() {
    assertClose(-0.4f, 0.4f, 8, Curves::tanh, StrictMath::tanh);
    assertClose(-30, 30, 8, Curves::tanh, StrictMath::tanh);
    assertThat(Curves.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Curves.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Curves.tanh(Float.NaN)).isNaN();
  }

  @Test
  void expm1AndSoftplusDoNotCancel() {
    assertClose(-0.4f, 0.4f, 3, Curves::expm1, StrictMath::expm1);
    assertClose(-38, 38, 3, Curves::expm1, StrictMath::expm1);
    assertThat(Curves.expm1(-1e-20f)).isEqualTo(-1e-20f);
    assertClose(-80, 80, 3, Curves::softplus, x -> StrictMath.log1p(StrictMath.exp(x)));
    assertThat(Curves.softplus(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Curves.softplus(Float.POSITIVE_INFINITY)).isInfinite();
    assertThat(Curves.softplus(Float.NaN)).isNaN();
  }

  @Test
  void erfAgreesWithItsTable() {
    assertThat(Curves.erf(0.5f)).isEqualTo(0.5204998778f);
    assertThat(Curves.erf(1)).isEqualTo(0.8427007929f);
    assertThat(Curves.erf(-2)).isEqualTo(-0.9953222650f);
    assertThat(Curves.erf(3)).isEqualTo(0.9999779095f);
  }

  @Test
  void vectorsGiveTheBitsOfSingleNumbers() {
    assertSameBits(Curves::exp, Curves::exp);
    assertSameBits(Curves::tanh, Curves::tanh);
    assertSameBits(Curves::expm1, Curves::expm1);
    assertSameBits(Curves::softplus, CurvesTest::softplus);
    assertSameBits(Curves::sigmoid, Curves::sigmoid);
  }

  private static FloatVector softplus(FloatVector x) {
    float[] out = new float[Lanes.COUNT];
    Runs.softplus(x.toArray(), 0, out, 0, out.length);
    return FloatVector.fromArray(Lanes.F, out, 0);
  }

  private static void assertSameBits(FloatFunction one, UnaryOperator<FloatVector> many) {
    float[] x = new float[Lanes.COUNT];
    float[] y = new float[Lanes.COUNT];
    for (float from = -110; from < 100; from += 1.37f) {
      for (int i = 0; i < x.length; i++) {
        x[i] = from + i * 0.173f;
      }
      many.apply(FloatVector.fromArray(Lanes.F, x, 0)).intoArray(y, 0);
      for (int i = 0; i < x.length; i++) {
        assertThat(Float.floatToIntBits(y[i])).isEqualTo(Float.floatToIntBits(one.of(x[i])));
      }
    }
  }

  private static void assertClose(
      float from, float to, int units, FloatFunction actual, DoubleUnaryOperator expected) {
    for (int i = 0; i <= 20_000; i++) {
      float x = from + (to - from) * i / 20_000;
      float wanted = (float) expected.applyAsDouble(x);
      assertThat(Math.abs((double) actual.of(x) - wanted))
          .as("at %s", x)
          .isLessThanOrEqualTo(units * Math.ulp(wanted));
    }
  }
}
