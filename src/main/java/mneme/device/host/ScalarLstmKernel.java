package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class ScalarLstmKernel extends StateKernel {
  private static final int GATES = 4;

  private final Op.ScalarLstm op;
  private final int width;
  private final int headWidth;

  /// `[head][gate][out][in]`.
  private final float[] recurrent;

  private final float[] bias;

  /// Of one head: output, cell, normaliser, stabiliser, then the four gates.
  private final float[][] states;

  private float[] gates = {};
  private float[] out = {};

  ScalarLstmKernel(Op.ScalarLstm op, Setting setting) {
    super(op, op.heads(), setting);
    this.op = op;
    width = op.out().width();
    headWidth = width / op.heads();
    recurrent = setting.weights().vector(op.recurrent());
    bias = setting.weights().vector(op.bias());
    states = new float[setting.workers().count()][2 * GATES * headWidth];
  }

  @Override
  void bind(Step now) {
    gates = now.of(op.gates());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    float[] state = states[walk.worker()];
    int head = walk.part();
    for (int part = 0; part < GATES; part++) {
      long at = (long) part * width + (long) head * headWidth;
      walk.read(at, state, part * headWidth, headWidth);
    }
    for (int t = 0; t < walk.count(); t++) {
      gather(walk.row() + t, head, state);
      for (int i = 0; i < headWidth; i++) {
        cell(state, i, walk.starts() && t == 0);
      }
      System.arraycopy(state, 0, out, (walk.row() + t) * width + head * headWidth, headWidth);
    }
    for (int part = 0; part < GATES; part++) {
      long at = (long) part * width + (long) head * headWidth;
      walk.write(at, state, part * headWidth, headWidth);
    }
  }

  /// What inputs, previous output and bias give to each gate.
  private void gather(int row, int head, float[] state) {
    for (int gate = 0; gate < GATES; gate++) {
      for (int i = 0; i < headWidth; i++) {
        int channel = gate * width + head * headWidth + i;
        int weights = ((head * GATES + gate) * headWidth + i) * headWidth;
        state[(GATES + gate) * headWidth + i] =
            gates[row * GATES * width + channel]
                + Lanes.dot(recurrent, weights, state, 0, headWidth)
                + bias[channel];
      }
    }
  }

  private void cell(float[] state, int i, boolean first) {
    float input = state[4 * headWidth + i];
    float logForget = -Curves.softplus(-state[5 * headWidth + i]);
    float z = state[6 * headWidth + i];
    float o = state[7 * headWidth + i];
    float before = state[3 * headWidth + i];
    float most = first ? input : Math.max(input, before + logForget);
    float in = Math.min(Curves.exp(input - most), 1);
    float forget = Math.min(Curves.exp(before + logForget - most), 1);
    float c = Math.fma(forget, state[headWidth + i], in * Curves.tanh(z));
    float n = Math.fma(forget, state[2 * headWidth + i], in);
    state[headWidth + i] = c;
    state[2 * headWidth + i] = n;
    state[3 * headWidth + i] = most;
    state[i] = Curves.sigmoid(o) * c / n;
  }
}
