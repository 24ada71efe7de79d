package mneme.device.host;

import java.util.Arrays;
import mneme.graph.Op;

final class DeltaScanKernel extends StateKernel {
  private final Op.DeltaScan op;
  private final int heads;
  private final int keyWidth;
  private final int valueWidth;

  /// The state of a head, then what is removed from it.
  private final float[][] states;

  private float[] query = {};
  private float[] key = {};
  private float[] value = {};
  private float[] decay = {};
  private float[] removed = {};
  private float[] replaced = {};
  private float[] out = {};

  DeltaScanKernel(Op.DeltaScan op, Setting setting) {
    super(op, op.heads(), setting);
    this.op = op;
    heads = op.heads();
    keyWidth = op.key().width() / heads;
    valueWidth = op.value().width() / heads;
    states = new float[setting.workers().count()][(keyWidth + 1) * valueWidth];
  }

  @Override
  void bind(Step now) {
    query = now.of(op.query());
    key = now.of(op.key());
    value = now.of(op.value());
    decay = now.of(op.decay());
    removed = now.of(op.removed());
    replaced = now.of(op.replaced());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    float[] state = states[walk.worker()];
    int numbers = keyWidth * valueWidth;
    walk.read((long) walk.part() * numbers, state, 0, numbers);
    for (int row = walk.row(); row < walk.row() + walk.count(); row++) {
      token(row * heads + walk.part(), state);
    }
    walk.write((long) walk.part() * numbers, state, 0, numbers);
  }

  private void token(int index, float[] state) {
    int k = index * keyWidth;
    int v = index * valueWidth;
    boolean oneDecay = op.decay().width() == heads;
    int read = keyWidth * valueWidth;
    Arrays.fill(state, read, read + valueWidth, 0);
    for (int i = 0; i < keyWidth; i++) {
      StateRows.add(removed[k + i], state, i * valueWidth, state, read, valueWidth);
    }
    Arrays.fill(out, v, v + valueWidth, 0);
    for (int i = 0; i < keyWidth; i++) {
      int s = i * valueWidth;
      float w = decay[oneDecay ? index : k + i];
      float b = replaced[k + i];
      float ki = key[k + i];
      for (int j = 0; j < valueWidth; j++) {
        state[s + j] = Math.fma(w, state[s + j], Math.fma(b, state[read + j], ki * value[v + j]));
      }
      StateRows.add(query[k + i], state, s, out, v, valueWidth);
    }
  }
}
