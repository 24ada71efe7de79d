package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.machine.Curves;
import mneme.graph.Op;

final class ChannelWkvKernel extends StateKernel {
  private static final int GRAIN = 256;
  private static final float NOTHING = -1e38f;

  private final Op.ChannelWkv op;
  private final int width;
  private final float[] decay;
  private final float[] first;

  /// Numerator, denominator and exponent of [#GRAIN] channels.
  private final float[][] states;

  private float[] key = {};
  private float[] value = {};
  private float[] out = {};

  ChannelWkvKernel(Op.ChannelWkv op, Setting setting) {
    super(op, parts(op.key().width(), GRAIN), setting);
    this.op = op;
    width = op.key().width();
    decay = setting.weights().vector(op.decay());
    first = setting.weights().vector(op.first());
    states = new float[setting.workers().count()][3 * GRAIN];
  }

  @Override
  void bind(Step now) {
    key = now.of(op.key());
    value = now.of(op.value());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int from = walk.part() * GRAIN;
    int count = Math.min(GRAIN, width - from);
    float[] state = states[walk.worker()];
    for (int part = 0; part < 3; part++) {
      walk.read((long) part * width + from, state, part * GRAIN, count);
    }
    if (walk.starts()) {
      Arrays.fill(state, 2 * GRAIN, 3 * GRAIN, NOTHING);
    }
    for (int t = 0; t < walk.count(); t++) {
      for (int i = 0; i < count; i++) {
        channel((walk.row() + t) * width + from + i, from + i, state, i);
      }
    }
    for (int part = 0; part < 3; part++) {
      walk.write((long) part * width + from, state, part * GRAIN, count);
    }
  }

  private void channel(int at, int channel, float[] state, int i) {
    float numerator = state[i];
    float denominator = state[GRAIN + i];
    float exponent = state[2 * GRAIN + i];
    float k = key[at];
    float v = value[at];
    float now = first[channel] + k;
    float most = Math.max(exponent, now);
    float old = Curves.exp(exponent - most);
    float fresh = Curves.exp(now - most);
    out[at] = Math.fma(old, numerator, fresh * v) / Math.fma(old, denominator, fresh);
    float faded = exponent + decay[channel];
    float next = Math.max(faded, k);
    float keep = Curves.exp(faded - next);
    float add = Curves.exp(k - next);
    state[i] = Math.fma(keep, numerator, add * v);
    state[GRAIN + i] = Math.fma(keep, denominator, add);
    state[2 * GRAIN + i] = next;
  }
}
