package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Runs;
import mneme.graph.Op;

final class GatedRecurrenceKernel extends StateKernel {
  private static final int GRAIN = 256;
  private static final float SHARPNESS = -8;

  private final Op.GatedRecurrence op;
  private final int width;

  /// -8 softplus(weight), the slowest rate at which a channel forgets.
  private final float[] rates;

  /// States, decays and what is left to one, of [#GRAIN] channels.
  private final float[][] states;

  private float[] x = {};
  private float[] inputGate = {};
  private float[] recurrenceGate = {};
  private float[] out = {};

  GatedRecurrenceKernel(Op.GatedRecurrence op, Setting setting) {
    super(op, parts(op.x().width(), GRAIN), setting);
    this.op = op;
    width = op.x().width();
    rates = setting.weights().vector(op.weight()).clone();
    for (int i = 0; i < width; i++) {
      rates[i] = SHARPNESS * Curves.softplus(rates[i]);
    }
    states = new float[setting.workers().count()][3 * GRAIN];
  }

  @Override
  void bind(Step now) {
    x = now.of(op.x());
    inputGate = now.of(op.inputGate());
    recurrenceGate = now.of(op.recurrenceGate());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int from = walk.part() * GRAIN;
    int count = Math.min(GRAIN, width - from);
    float[] state = states[walk.worker()];
    walk.read(from, state, 0, count);
    for (int t = 0; t < walk.count(); t++) {
      int at = (walk.row() + t) * width + from;
      if (walk.starts() && t == 0) {
        for (int i = 0; i < count; i++) {
          state[i] = inputGate[at + i] * x[at + i];
        }
      } else {
        token(at, from, count, state);
      }
      System.arraycopy(state, 0, out, at, count);
    }
    walk.write(from, state, 0, count);
  }

  /// The rest to one, 1 - a^2, would cancel where a is near 1 if it were not taken from the log.
  private void token(int at, int from, int count, float[] state) {
    for (int i = 0; i < count; i++) {
      float logDecay = recurrenceGate[at + i] * rates[from + i];
      state[GRAIN + i] = logDecay;
      state[2 * GRAIN + i] = 2 * logDecay;
    }
    Runs.exp(state, GRAIN, count, 0);
    Runs.expm1(state, 2 * GRAIN, count);
    for (int i = 0; i < count; i++) {
      float gated = inputGate[at + i] * x[at + i];
      float gain = (float) Math.sqrt(-state[2 * GRAIN + i]) * gated;
      state[i] = Math.fma(state[GRAIN + i], state[i], gain);
    }
  }
}
