package mneme.device.host;

import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Runs;
import mneme.graph.Op;

final class SelectiveScanKernel extends StateKernel {
  private static final int GRAIN = 64;

  private final Op.SelectiveScan op;
  private final int channels;
  private final int stateWidth;
  private final float[] a;
  private final float[] d;

  /// States of [#GRAIN] channels, their decays, then sixteen sums.
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
    states = new float[setting.workers().count()][2 * GRAIN * stateWidth + Lanes.ROWS];
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
      if (stateWidth % Lanes.ROWS == 0) {
        vectors(row, from, count, state);
      } else {
        numbers(row, from, count, state);
      }
    }
    walk.write((long) from * stateWidth, state, 0, count * stateWidth);
  }

  /// Two short loops, in neither of which a channel waits for another.
  private void vectors(int row, int from, int count, float[] state) {
    int at = row * channels + from;
    int decays = GRAIN * stateWidth;
    for (int i = 0; i < count; i++) {
      scale(step[at + i], (from + i) * stateWidth, state, decays + i * stateWidth);
    }
    Runs.exp(state, decays, count * stateWidth, 0);
    for (int i = 0; i < count; i++) {
      float gain = step[at + i] * x[at + i];
      float sum = update(state, i * stateWidth, gain, row * stateWidth);
      out[at + i] = Math.fma(d[from + i], x[at + i], sum);
    }
  }

  private void scale(float s, int from, float[] to, int at) {
    for (int n = 0; n < stateWidth; n += Lanes.COUNT) {
      FloatVector.fromArray(Lanes.F, a, from + n).mul(s).intoArray(to, at + n);
    }
  }

  private float update(float[] state, int at, float gain, int inputs) {
    int decays = GRAIN * stateWidth;
    int sums = 2 * decays;
    for (int lane = 0; lane < Lanes.ROWS; lane += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.F);
      for (int n = lane; n < stateWidth; n += Lanes.ROWS) {
        FloatVector added = FloatVector.fromArray(Lanes.F, b, inputs + n).mul(gain);
        FloatVector next =
            FloatVector.fromArray(Lanes.F, state, at + n)
                .fma(FloatVector.fromArray(Lanes.F, state, decays + at + n), added);
        next.intoArray(state, at + n);
        sum = next.fma(FloatVector.fromArray(Lanes.F, c, inputs + n), sum);
      }
      sum.intoArray(state, sums + lane);
    }
    return Lanes.fold(state, sums);
  }

  /// For states that fill no vectors.
  private void numbers(int row, int from, int count, float[] state) {
    for (int i = 0; i < count; i++) {
      int at = row * channels + from + i;
      float sum = 0;
      for (int n = 0; n < stateWidth; n++) {
        float decay = Curves.exp(step[at] * a[(from + i) * stateWidth + n]);
        float added = step[at] * x[at] * b[row * stateWidth + n];
        float next = Math.fma(decay, state[i * stateWidth + n], added);
        state[i * stateWidth + n] = next;
        sum = Math.fma(next, c[row * stateWidth + n], sum);
      }
      out[at] = Math.fma(d[from + i], x[at], sum);
    }
  }
}
