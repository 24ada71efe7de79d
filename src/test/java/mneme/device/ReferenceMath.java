package mneme.device;

import java.util.Arrays;
import mneme.graph.Activation;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// Functions of one number or one row, in double precision.
final class ReferenceMath {
  private ReferenceMath() {}

  static double apply(Activation kind, double x) {
    return switch (kind) {
      case IDENTITY -> x;
      case SILU -> x * sigmoid(x);
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_ERF -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
      case GELU_QUICK -> x * sigmoid(1.702 * x);
      case RELU -> Math.max(0, x);
      case RELU_SQUARED -> Math.max(0, x) * Math.max(0, x);
      case SIGMOID -> sigmoid(x);
      case TANH -> Math.tanh(x);
      case SOFTPLUS -> softplus(x);
      case EXP -> Math.exp(x);
    };
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double softplus(double x) {
    return x > 30 ? x : Math.log1p(Math.exp(x));
  }

  /// The series of the error function around 0 (its terms stay small enough up to 3), and beyond
  /// that the continued fraction of its complement.
  static double erf(double x) {
    double z = Math.abs(x);
    if (z > 3) {
      double fraction = 0;
      for (int k = 60; k > 0; k--) {
        fraction = k / 2.0 / (z + fraction);
      }
      return Math.signum(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 80; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  static double[] softmax(double[] x) {
    double max = Arrays.stream(x).max().orElse(0);
    double[] out = Arrays.stream(x).map(v -> Math.exp(v - max)).toArray();
    double sum = Arrays.stream(out).sum();
    return Arrays.stream(out).map(v -> v / sum).toArray();
  }

  static double[] rmsNorm(double[] x, float @Nullable [] weight, Op.RmsNorm op) {
    double[] out = new double[x.length];
    for (int start = 0; start < x.length; start += op.group()) {
      double squares = 0;
      for (int i = start; i < start + op.group(); i++) {
        squares += x[i] * x[i];
      }
      double scale = 1 / Math.sqrt(squares / op.group() + op.epsilon());
      for (int i = start; i < start + op.group(); i++) {
        out[i] = x[i] * scale * (weight == null ? 1 : weight[i % weight.length]);
      }
    }
    return out;
  }

  static double[] layerNorm(
      double[] x, float @Nullable [] weight, float @Nullable [] bias, Op.LayerNorm op) {
    double[] out = new double[x.length];
    for (int start = 0; start < x.length; start += op.group()) {
      double sum = 0;
      for (int i = start; i < start + op.group(); i++) {
        sum += x[i];
      }
      double mean = sum / op.group();
      double squares = 0;
      for (int i = start; i < start + op.group(); i++) {
        squares += (x[i] - mean) * (x[i] - mean);
      }
      double scale = 1 / Math.sqrt(squares / op.group() + op.epsilon());
      for (int i = start; i < start + op.group(); i++) {
        out[i] =
            (x[i] - mean) * scale * (weight == null ? 1 : weight[i % weight.length])
                + (bias == null ? 0 : bias[i % bias.length]);
      }
    }
    return out;
  }

  static double[] l2Norm(double[] x, Op.L2Norm op) {
    double[] out = new double[x.length];
    for (int start = 0; start < x.length; start += op.group()) {
      double squares = 0;
      for (int i = start; i < start + op.group(); i++) {
        squares += x[i] * x[i];
      }
      for (int i = start; i < start + op.group(); i++) {
        out[i] = x[i] / Math.max(Math.sqrt(squares), op.epsilon());
      }
    }
    return out;
  }
}
