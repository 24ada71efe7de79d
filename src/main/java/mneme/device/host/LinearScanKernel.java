package mneme.device.host;

import mneme.graph.Op;

final class LinearScanKernel extends MatrixStateKernel {
  private final Op.LinearScan op;
  private final float[] bonus;
  private final float[] constantDecay;
  private float[] query = {};
  private float[] key = {};
  private float[] decay = {};

  LinearScanKernel(Op.LinearScan op, Setting setting) {
    super(op, op.spec().heads(), op.key(), op.value(), setting);
    this.op = op;
    bonus = op.spec().bonus() == null ? new float[0] : setting.weights().vector(op.spec().bonus());
    constantDecay =
        op.spec().decay() == null ? new float[0] : setting.weights().vector(op.spec().decay());
  }

  @Override
  void bind(Step now) {
    super.bind(now);
    query = now.of(op.query());
    key = now.of(op.key());
    decay = op.decay() == null ? constantDecay : now.of(op.decay());
  }

  @Override
  void token(Walk walk, int t, Tile tile) {
    int head = walk.part();
    int index = (walk.row() + t) * heads() + head;
    int k = index * keyWidth();
    if (op.decay() == null) {
      tile.decay.of(decay, head, 0);
    } else if (op.decay().width() == heads()) {
      tile.decay.of(decay, index, 0);
    } else {
      tile.decay.of(decay, k, 1);
    }
    if (bonus.length > 0) {
      tile.read(query, k);
      tile.addValue(bonusOf(head * keyWidth(), k));
      tile.write(key, k);
    } else {
      tile.write(key, k);
      tile.read(query, k);
    }
    tile.scale(op.spec().scale());
  }

  /// q · (u k): how much of its own value a token reads.
  private float bonusOf(int u, int k) {
    float sum = 0;
    for (int i = 0; i < keyWidth(); i++) {
      sum = Math.fma(query[k + i] * bonus[u + i], key[k + i], sum);
    }
    return sum;
  }
}
