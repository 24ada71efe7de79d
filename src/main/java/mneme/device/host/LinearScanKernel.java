package mneme.device.host;

import java.util.Arrays;
import mneme.graph.Op;

final class LinearScanKernel extends StateKernel {
  private final Op.LinearScan op;
  private final int heads;
  private final int keyWidth;
  private final int valueWidth;
  private final float[] bonus;
  private final float[] constantDecay;
  private final float[][] states;
  private float[] query = {};
  private float[] key = {};
  private float[] value = {};
  private float[] decay = {};
  private float[] out = {};

  LinearScanKernel(Op.LinearScan op, Setting setting) {
    super(op, op.spec().heads(), setting);
    this.op = op;
    heads = op.spec().heads();
    keyWidth = op.key().width() / heads;
    valueWidth = op.value().width() / heads;
    bonus = op.spec().bonus() == null ? new float[0] : setting.weights().vector(op.spec().bonus());
    constantDecay =
        op.spec().decay() == null ? new float[0] : setting.weights().vector(op.spec().decay());
    states = new float[setting.workers().count()][keyWidth * valueWidth];
  }

  @Override
  void bind(Step now) {
    query = now.of(op.query());
    key = now.of(op.key());
    value = now.of(op.value());
    decay = op.decay() == null ? constantDecay : now.of(op.decay());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    float[] state = states[walk.worker()];
    long from = (long) walk.part() * state.length;
    walk.read(from, state, 0, state.length);
    for (int row = walk.row(); row < walk.row() + walk.count(); row++) {
      token(row, walk.part(), state);
    }
    walk.write(from, state, 0, state.length);
  }

  private void token(int row, int head, float[] state) {
    int k = (row * heads + head) * keyWidth;
    int v = (row * heads + head) * valueWidth;
    Arrays.fill(out, v, v + valueWidth, 0);
    for (int i = 0; i < keyWidth; i++) {
      int s = i * valueWidth;
      float w = decay(row, head, i);
      if (bonus.length > 0) {
        StateRows.add(query[k + i], state, s, out, v, valueWidth);
        float weight = query[k + i] * bonus[head * keyWidth + i] * key[k + i];
        StateRows.add(weight, value, v, out, v, valueWidth);
        StateRows.decayAndAdd(state, s, w, key[k + i], value, v, valueWidth);
      } else {
        StateRows.decayAndAdd(state, s, w, key[k + i], value, v, valueWidth);
        StateRows.add(query[k + i], state, s, out, v, valueWidth);
      }
    }
    for (int j = v; j < v + valueWidth; j++) {
      out[j] *= op.spec().scale();
    }
  }

  private float decay(int row, int head, int channel) {
    if (op.decay() == null) {
      return decay[head];
    }
    return op.decay().width() == heads
        ? decay[row * heads + head]
        : decay[(row * heads + head) * keyWidth + channel];
  }
}
