package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.graph.Op;

final class GatedRecurrenceKernel extends StateKernel {
  private static final int GRAIN = 256;
  private static final float SHARPNESS = -8;

  private final Op.GatedRecurrence op;
  private final int width;

  /// -8 softplus(weight), the slowest rate at which a channel forgets.
  private final float[] rates;

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
    states = new float[setting.workers().count()][GRAIN];
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
      for (int i = 0; i < count; i++) {
        float gated = inputGate[at + i] * x[at + i];
        float logDecay = recurrenceGate[at + i] * rates[from + i];
        if (walk.starts() && t == 0) {
          state[i] = gated;
        } else {
          // 1 - a^2 cancels where a is near 1; the double keeps its digits.
          double rest = -StrictMath.expm1(2.0 * logDecay);
          state[i] = Math.fma(Curves.exp(logDecay), state[i], (float) Math.sqrt(rest) * gated);
        }
        out[at + i] = state[i];
      }
    }
    walk.write(from, state, 0, count);
  }
}
