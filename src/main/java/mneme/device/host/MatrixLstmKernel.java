package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class MatrixLstmKernel extends StateKernel {
  private final Op.MatrixLstm op;
  private final int heads;
  private final int keyWidth;
  private final int valueWidth;

  /// Of one head: matrix, normaliser, stabiliser.
  private final float[][] states;

  private float[] query = {};
  private float[] key = {};
  private float[] value = {};
  private float[] inputGate = {};
  private float[] forgetGate = {};
  private float[] out = {};

  MatrixLstmKernel(Op.MatrixLstm op, Setting setting) {
    super(op, op.heads(), setting);
    this.op = op;
    heads = op.heads();
    keyWidth = op.key().width() / heads;
    valueWidth = op.value().width() / heads;
    states = new float[setting.workers().count()][keyWidth * valueWidth + keyWidth + 1];
  }

  @Override
  void bind(Step now) {
    query = now.of(op.query());
    key = now.of(op.key());
    value = now.of(op.value());
    inputGate = now.of(op.inputGate());
    forgetGate = now.of(op.forgetGate());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    float[] state = states[walk.worker()];
    int head = walk.part();
    int matrix = keyWidth * valueWidth;
    long normaliserAt = (long) heads * matrix + (long) head * keyWidth;
    long stabiliserAt = (long) heads * (matrix + keyWidth) + head;
    walk.read((long) head * matrix, state, 0, matrix);
    walk.read(normaliserAt, state, matrix, keyWidth);
    walk.read(stabiliserAt, state, matrix + keyWidth, 1);
    for (int row = walk.row(); row < walk.row() + walk.count(); row++) {
      token(row * heads + head, state);
    }
    walk.write((long) head * matrix, state, 0, matrix);
    walk.write(normaliserAt, state, matrix, keyWidth);
    walk.write(stabiliserAt, state, matrix + keyWidth, 1);
  }

  private void token(int index, float[] state) {
    int k = index * keyWidth;
    int v = index * valueWidth;
    int normaliser = keyWidth * valueWidth;
    int stabiliser = normaliser + keyWidth;
    float logForget = -Curves.softplus(-forgetGate[index]);
    float most = Math.max(logForget + state[stabiliser], inputGate[index]);
    float forget = Curves.exp(logForget + state[stabiliser] - most);
    float input = Curves.exp(inputGate[index] - most);
    state[stabiliser] = most;
    Arrays.fill(out, v, v + valueWidth, 0);
    for (int i = 0; i < keyWidth; i++) {
      StateRows.decayAndAdd(
          state, i * valueWidth, forget, input * key[k + i], value, v, valueWidth);
      StateRows.add(query[k + i], state, i * valueWidth, out, v, valueWidth);
      state[normaliser + i] = Math.fma(forget, state[normaliser + i], input * key[k + i]);
    }
    float length = Math.abs(Lanes.dot(state, normaliser, query, k, keyWidth));
    float divisor = Math.max(length, Curves.exp(-most)) + op.epsilon();
    for (int j = v; j < v + valueWidth; j++) {
      out[j] /= divisor;
    }
  }
}
