package mneme.device.host;

import mneme.graph.Op;

final class DeltaScanKernel extends MatrixStateKernel {
  private final Op.DeltaScan op;
  private float[] query = {};
  private float[] key = {};
  private float[] decay = {};
  private float[] removed = {};
  private float[] replaced = {};

  DeltaScanKernel(Op.DeltaScan op, Setting setting) {
    super(op, op.heads(), op.key(), op.value(), setting);
    this.op = op;
  }

  @Override
  void bind(Step now) {
    super.bind(now);
    query = now.of(op.query());
    key = now.of(op.key());
    decay = now.of(op.decay());
    removed = now.of(op.removed());
    replaced = now.of(op.replaced());
  }

  @Override
  void token(Walk walk, int t, Tile tile) {
    int index = (walk.row() + t) * heads() + walk.part();
    int k = index * keyWidth();
    boolean oneDecay = op.decay().width() == heads();
    tile.decay.of(decay, oneDecay ? index : k, oneDecay ? 0 : 1);
    tile.read(removed, k);
    tile.replace(replaced, key, query, k);
  }
}
