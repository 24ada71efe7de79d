package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class MatrixLstmKernel extends MatrixStateKernel {
  private final Op.MatrixLstm op;
  private final Gates[] gates;
  private float[] query = {};
  private float[] key = {};
  private float[] inputGate = {};
  private float[] forgetGate = {};

  MatrixLstmKernel(Op.MatrixLstm op, Setting setting) {
    super(op, op.heads(), op.key(), op.value(), setting);
    this.op = op;
    gates = new Gates[setting.workers().count()];
    Arrays.setAll(gates, worker -> new Gates(keyWidth()));
  }

  /// Of one head: what is kept and divided by, token by token, each key times its input gate, and
  /// normaliser and stabiliser. Scratch of one thread.
  private static final class Gates {
    private float[] forget = {};
    private float[] divisor = {};
    private float[] keys = {};
    private final float[] normaliser;
    private final float[] stabiliser = new float[1];

    Gates(int keyWidth) {
      normaliser = new float[keyWidth];
    }

    void reserve(int tokens) {
      if (forget.length < tokens) {
        forget = new float[tokens];
        divisor = new float[tokens];
        keys = new float[tokens * normaliser.length];
      }
    }
  }

  @Override
  void bind(Step now) {
    super.bind(now);
    query = now.of(op.query());
    key = now.of(op.key());
    inputGate = now.of(op.inputGate());
    forgetGate = now.of(op.forgetGate());
  }

  @Override
  void open(Walk walk) {
    Gates mine = gates[walk.worker()];
    mine.reserve(walk.count());
    long matrices = (long) heads() * keyWidth() * valueWidth();
    long normaliserAt = matrices + (long) walk.part() * keyWidth();
    long stabiliserAt = matrices + (long) heads() * keyWidth() + walk.part();
    walk.read(normaliserAt, mine.normaliser, 0, keyWidth());
    walk.read(stabiliserAt, mine.stabiliser, 0, 1);
    for (int t = 0; t < walk.count(); t++) {
      gate(mine, t, (walk.row() + t) * heads() + walk.part());
    }
    walk.write(normaliserAt, mine.normaliser, 0, keyWidth());
    walk.write(stabiliserAt, mine.stabiliser, 0, 1);
  }

  private void gate(Gates mine, int t, int index) {
    int k = index * keyWidth();
    float[] normaliser = mine.normaliser;
    float logForget = -Curves.softplus(-forgetGate[index]);
    float before = mine.stabiliser[0];
    float most = Math.max(logForget + before, inputGate[index]);
    float forget = Curves.exp(logForget + before - most);
    float input = Curves.exp(inputGate[index] - most);
    int to = t * keyWidth();
    for (int i = 0; i < keyWidth(); i++) {
      float gated = input * key[k + i];
      mine.keys[to + i] = gated;
      normaliser[i] = Math.fma(forget, normaliser[i], gated);
    }
    float length = Math.abs(Lanes.dot(normaliser, 0, query, k, keyWidth()));
    mine.stabiliser[0] = most;
    mine.forget[t] = forget;
    mine.divisor[t] = Math.max(length, Curves.exp(-most)) + op.epsilon();
  }

  @Override
  void token(Walk walk, int t, Tile tile) {
    Gates mine = gates[walk.worker()];
    tile.decay.of(mine.forget, t, 0);
    tile.write(mine.keys, t * keyWidth());
    tile.read(query, ((walk.row() + t) * heads() + walk.part()) * keyWidth());
    tile.scale(1 / mine.divisor[t]);
  }
}
