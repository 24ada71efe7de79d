package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.graph.HeadScanSpec;
import mneme.graph.Op;

/// Heads share nothing, so each is one part of the state; its matrix stays in the cache while its
/// tokens pass.
final class HeadScanKernel extends StateKernel {
  private final Op.HeadScan op;
  private final HeadScanSpec spec;
  private final float[] a;
  private final float[] d;
  private final float[] bias;
  private final float[][] states;
  private float[] x = {};
  private float[] dt = {};
  private float[] b = {};
  private float[] c = {};
  private float[] out = {};

  HeadScanKernel(Op.HeadScan op, Setting setting) {
    super(op, op.spec().heads(), setting);
    this.op = op;
    spec = op.spec();
    a = setting.weights().vector(spec.a());
    d = spec.d() == null ? new float[spec.heads()] : setting.weights().vector(spec.d());
    bias = setting.weights().vector(spec.dtBias());
    states = new float[setting.workers().count()][spec.headWidth() * spec.stateWidth()];
  }

  @Override
  void bind(Step now) {
    x = now.of(op.x());
    dt = now.of(op.dt());
    b = now.of(op.b());
    c = now.of(op.c());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int head = walk.part();
    int width = spec.stateWidth();
    int numbers = spec.headWidth() * width;
    float[] state = states[walk.worker()];
    walk.read((long) head * numbers, state, 0, numbers);
    int group = head / (spec.heads() / spec.groups());
    for (int row = walk.row(); row < walk.row() + walk.count(); row++) {
      float step = Curves.softplus(dt[row * spec.heads() + head] + bias[head]);
      float decay = Curves.exp(step * a[head]);
      int bAt = (row * spec.groups() + group) * width;
      int at = (row * spec.heads() + head) * spec.headWidth();
      for (int p = 0; p < spec.headWidth(); p++) {
        float sum =
            StateRows.decayAndRead(state, p * width, decay, step * x[at + p], b, c, bAt, width);
        out[at + p] = Math.fma(d[head], x[at + p], sum);
      }
    }
    walk.write((long) head * numbers, state, 0, numbers);
  }
}
