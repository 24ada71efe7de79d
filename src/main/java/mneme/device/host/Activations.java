package mneme.device.host;

import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Runs;
import mneme.graph.Activation;

/// Activations of runs of numbers. One loop a kind: a choice inside a vector loop would put the
/// vectors on the heap. The launcher forbids the compiler to inline them, as those of
/// [mneme.device.host.machine.Runs].
final class Activations {
  private static final float GELU_FACTOR = (float) Math.sqrt(2 / Math.PI);
  private static final float GELU_CUBE = 0.044715f;
  private static final float QUICK = 1.702f;

  private Activations() {}

  /// out[to + i] = kind(in[from + i]); the two may be the same, but for softplus.
  static void apply(Activation kind, float[] in, int from, float[] out, int to, int count) {
    int done =
        switch (kind) {
          case SILU -> silu(in, from, out, to, count);
          case GELU_TANH -> geluTanh(in, from, out, to, count);
          case GELU_QUICK -> geluQuick(in, from, out, to, count);
          case SIGMOID -> sigmoid(in, from, out, to, count);
          case TANH -> tanh(in, from, out, to, count);
          case EXP -> exp(in, from, out, to, count);
          case SOFTPLUS -> softplus(in, from, out, to, count);
          case IDENTITY, GELU_ERF, RELU, RELU_SQUARED -> 0;
        };
    for (int i = done; i < count; i++) {
      out[to + i] = apply(kind, in[from + i]);
    }
  }

  static float apply(Activation kind, float x) {
    return switch (kind) {
      case IDENTITY -> x;
      case SILU -> x / (1 + Curves.exp(-x));
      case GELU_TANH -> {
        float inner = GELU_FACTOR * Math.fma(GELU_CUBE * x * x, x, x);
        yield 0.5f * x * (1 + Curves.tanh(inner));
      }
      case GELU_ERF -> 0.5f * x * (1 + Curves.erf(x * (float) Math.sqrt(0.5)));
      case GELU_QUICK -> x * Curves.sigmoid(QUICK * x);
      case RELU -> Math.max(x, 0);
      case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
      case SIGMOID -> Curves.sigmoid(x);
      case TANH -> Curves.tanh(x);
      case SOFTPLUS -> Curves.softplus(x);
      case EXP -> Curves.exp(x);
    };
  }

  private static int silu(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      FloatVector x = FloatVector.fromArray(Lanes.F, in, from + i);
      x.div(Curves.exp(x.neg()).add(1)).intoArray(out, to + i);
    }
    return i;
  }

  private static int geluTanh(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      FloatVector x = FloatVector.fromArray(Lanes.F, in, from + i);
      FloatVector inner = x.mul(GELU_CUBE).mul(x).fma(x, x).mul(GELU_FACTOR);
      x.mul(0.5f).mul(Curves.tanh(inner).add(1)).intoArray(out, to + i);
    }
    return i;
  }

  private static int geluQuick(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      FloatVector x = FloatVector.fromArray(Lanes.F, in, from + i);
      x.mul(Curves.sigmoid(x.mul(QUICK))).intoArray(out, to + i);
    }
    return i;
  }

  private static int sigmoid(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      Curves.sigmoid(FloatVector.fromArray(Lanes.F, in, from + i)).intoArray(out, to + i);
    }
    return i;
  }

  private static int tanh(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      Curves.tanh(FloatVector.fromArray(Lanes.F, in, from + i)).intoArray(out, to + i);
    }
    return i;
  }

  private static int softplus(float[] in, int from, float[] out, int to, int count) {
    Runs.softplus(in, from, out, to, count);
    return count;
  }

  private static int exp(float[] in, int from, float[] out, int to, int count) {
    int i = 0;
    for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
      Curves.exp(FloatVector.fromArray(Lanes.F, in, from + i)).intoArray(out, to + i);
    }
    return i;
  }
}
