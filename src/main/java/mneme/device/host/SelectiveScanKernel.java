package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class SelectiveScanKernel extends StateKernel {
  private static final int GRAIN = 64;

  private final Op.SelectiveScan op;
  private final int channels;
  private final int stateWidth;
  private final float[] a;
  private final float[] d;
  private final float[][] states;
  private float[] x = {};
  private float[] step = {};
  private float[] b = {};
  private float[] c = {};
  private float[] out = {};

  SelectiveScanKernel(Op.SelectiveScan op, Setting setting) {
    super(op, parts(op.x().width(), GRAIN), setting);
    this.op = op;
    channels = op.x().width();
    stateWidth = op.a().columns();
    a = setting.weights().vector(op.a());
    d = setting.weights().vector(op.d());
    states = new float[setting.workers().count()][(GRAIN + 1) * stateWidth];
  }

  @Override
  void bind(Step now) {
    x = now.of(op.x());
    step = now.of(op.step());
    b = now.of(op.b());
    c = now.of(op.c());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int from = walk.part() * GRAIN;
    int count = Math.min(GRAIN, channels - from);
    float[] state = states[walk.worker()];
    walk.read((long) from * stateWidth, state, 0, count * stateWidth);
    for (int row = walk.row(); row < walk.row() + walk.count(); row++) {
      for (int i = 0; i < count; i++) {
        channel(row, from + i, state, i * stateWidth);
      }
    }
    walk.write((long) from * stateWidth, state, 0, count * stateWidth);
  }

  private void channel(int row, int channel, float[] state, int at) {
    int decays = GRAIN * stateWidth;
    float s = step[row * channels + channel];
    float sx = s * x[row * channels + channel];
    for (int n = 0; n < stateWidth; n++) {
      state[decays + n] = s * a[channel * stateWidth + n];
    }
    Curves.expOfDifference(state, decays, stateWidth, 0);
    int inputs = row * stateWidth;
    for (int n = 0; n < stateWidth; n++) {
      state[at + n] = Math.fma(state[decays + n], state[at + n], sx * b[inputs + n]);
    }
    float sum = Lanes.dot(state, at, c, inputs, stateWidth);
    int to = row * channels + channel;
    out[to] = Math.fma(d[channel], x[to], sum);
  }
}
