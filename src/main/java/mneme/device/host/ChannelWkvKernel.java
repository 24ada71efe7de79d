package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.machine.Runs;
import mneme.graph.Op;

final class ChannelWkvKernel extends StateKernel {
  private static final int GRAIN = 256;
  private static final int EXPONENT = 2 * GRAIN;
  private static final int OLD = 3 * GRAIN;
  private static final int FRESH = 4 * GRAIN;
  private static final int MOST = 5 * GRAIN;
  private static final float NOTHING = -1e38f;

  private final Op.ChannelWkv op;
  private final int width;
  private final float[] decay;
  private final float[] first;

  /// Of [#GRAIN] channels: numerator, denominator, exponent; then what [#weigh] works on.
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
    states = new float[setting.workers().count()][6 * GRAIN];
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
      Arrays.fill(state, EXPONENT, OLD, NOTHING);
    }
    for (int t = 0; t < walk.count(); t++) {
      int at = (walk.row() + t) * width + from;
      read(at, from, count, state);
      write(at, from, count, state);
    }
    for (int part = 0; part < 3; part++) {
      walk.write((long) part * width + from, state, part * GRAIN, count);
    }
  }

  /// What is left of the sum so far, and the weight of the token, from their logs.
  private void weigh(float[] state, int count) {
    for (int i = 0; i < count; i++) {
      float most = Math.max(state[OLD + i], state[FRESH + i]);
      state[OLD + i] -= most;
      state[FRESH + i] -= most;
      state[MOST + i] = most;
    }
    Runs.exp(state, OLD, count, 0);
    Runs.exp(state, FRESH, count, 0);
  }

  private void read(int at, int from, int count, float[] state) {
    for (int i = 0; i < count; i++) {
      state[OLD + i] = state[EXPONENT + i];
      state[FRESH + i] = first[from + i] + key[at + i];
    }
    weigh(state, count);
    for (int i = 0; i < count; i++) {
      float over = Math.fma(state[OLD + i], state[i], state[FRESH + i] * value[at + i]);
      out[at + i] = over / Math.fma(state[OLD + i], state[GRAIN + i], state[FRESH + i]);
    }
  }

  private void write(int at, int from, int count, float[] state) {
    for (int i = 0; i < count; i++) {
      state[OLD + i] = state[EXPONENT + i] + decay[from + i];
      state[FRESH + i] = key[at + i];
    }
    weigh(state, count);
    for (int i = 0; i < count; i++) {
      state[i] = Math.fma(state[OLD + i], state[i], state[FRESH + i] * value[at + i]);
      state[GRAIN + i] = Math.fma(state[OLD + i], state[GRAIN + i], state[FRESH + i]);
      state[EXPONENT + i] = state[MOST + i];
    }
  }
}
