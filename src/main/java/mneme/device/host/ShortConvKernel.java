package mneme.device.host;

import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class ShortConvKernel extends StateKernel {
  private static final int GRAIN = 512;

  private final Op.ShortConv op;
  private final int taps;
  private final int channels;

  /// `[tap][channel]`.
  private final float[] weight;

  private final float[] bias;

  /// Rows from before the span, then those of its own that still reach back to them.
  private final float[][] windows;

  private float[] in = {};
  private float[] out = {};

  ShortConvKernel(Op.ShortConv op, Setting setting) {
    super(op, parts(op.in().width(), GRAIN), setting);
    this.op = op;
    taps = op.weight().columns();
    channels = op.in().width();
    weight = new float[taps * channels];
    float[] byChannel = setting.weights().vector(op.weight());
    for (int c = 0; c < channels; c++) {
      for (int j = 0; j < taps; j++) {
        weight[j * channels + c] = byChannel[c * taps + j];
      }
    }
    bias = op.bias() == null ? new float[channels] : setting.weights().vector(op.bias());
    windows = new float[setting.workers().count()][2 * (taps - 1) * GRAIN];
  }

  @Override
  void bind(Step now) {
    in = now.of(op.in());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int from = walk.part() * GRAIN;
    int count = Math.min(GRAIN, channels - from);
    float[] window = windows[walk.worker()];
    for (int j = 0; j < taps - 1; j++) {
      walk.read((long) j * channels + from, window, j * GRAIN, count);
    }
    int reaching = Math.min(walk.count(), taps - 1);
    for (int t = 0; t < reaching; t++) {
      System.arraycopy(
          in, (walk.row() + t) * channels + from, window, (taps - 1 + t) * GRAIN, count);
    }
    for (int t = 0; t < walk.count(); t++) {
      int to = (walk.row() + t) * channels + from;
      if (t < reaching) {
        convolve(window, t * GRAIN, GRAIN, to, from, count);
      } else {
        convolve(in, to - (taps - 1) * channels, channels, to, from, count);
      }
      Activations.apply(op.kind(), out, to, out, to, count);
    }
    remember(walk, window, from, count);
  }

  /// out = bias + the sum over taps, oldest first; rows of `source` are `stride` apart.
  private void convolve(float[] source, int at, int stride, int to, int from, int count) {
    int whole = count - count % Lanes.COUNT;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector sum = FloatVector.fromArray(Lanes.F, bias, from + i);
      for (int j = 0; j < taps; j++) {
        sum =
            FloatVector.fromArray(Lanes.F, weight, j * channels + from + i)
                .fma(FloatVector.fromArray(Lanes.F, source, at + j * stride + i), sum);
      }
      sum.intoArray(out, to + i);
    }
    for (int i = whole; i < count; i++) {
      float sum = bias[from + i];
      for (int j = 0; j < taps; j++) {
        sum = Math.fma(weight[j * channels + from + i], source[at + j * stride + i], sum);
      }
      out[to + i] = sum;
    }
  }

  /// The last `taps - 1` rows, some of them perhaps still from before.
  private void remember(Walk walk, float[] history, int from, int count) {
    for (int j = 0; j < taps - 1; j++) {
      int before = walk.count() - taps + 1 + j;
      if (before < 0) {
        walk.write((long) j * channels + from, history, (before + taps - 1) * GRAIN, count);
      } else {
        int at = (walk.row() + before) * channels + from;
        walk.write((long) j * channels + from, in, at, count);
      }
    }
  }
}
