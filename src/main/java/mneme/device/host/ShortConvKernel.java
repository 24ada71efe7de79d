package mneme.device.host;

import mneme.graph.Op;

final class ShortConvKernel extends StateKernel {
  private static final int GRAIN = 512;

  private final Op.ShortConv op;
  private final int taps;
  private final int channels;

  /// `[tap][channel]`.
  private final float[] weight;

  private final float[] bias;
  private final float[][] histories;
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
    histories = new float[setting.workers().count()][taps * GRAIN];
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
    float[] history = histories[walk.worker()];
    for (int j = 0; j < taps - 1; j++) {
      walk.read((long) j * channels + from, history, j * GRAIN, count);
    }
    for (int t = 0; t < walk.count(); t++) {
      int to = (walk.row() + t) * channels + from;
      System.arraycopy(bias, from, out, to, count);
      for (int j = 0; j < taps; j++) {
        int before = t - taps + 1 + j;
        if (before < 0) {
          addTap(j, history, (before + taps - 1) * GRAIN, from, to, count);
        } else {
          addTap(j, in, (walk.row() + before) * channels + from, from, to, count);
        }
      }
      Activations.apply(op.kind(), out, to, out, to, count);
    }
    remember(walk, history, from, count);
  }

  private void addTap(int tap, float[] source, int at, int from, int to, int count) {
    int w = tap * channels + from;
    for (int c = 0; c < count; c++) {
      out[to + c] = Math.fma(weight[w + c], source[at + c], out[to + c]);
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
