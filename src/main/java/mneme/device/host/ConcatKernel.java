package mneme.device.host;

import mneme.graph.Op;

final class ConcatKernel extends RowKernel {
  private final Op.Concat op;
  private float[] left = {};
  private float[] right = {};
  private float[] out = {};

  ConcatKernel(Op.Concat op, Setting setting) {
    super(setting.workers(), op.out().width());
    this.op = op;
  }

  @Override
  void bind(Step step) {
    left = step.of(op.left());
    right = step.of(op.right());
    out = step.of(op.out());
  }

  @Override
  void rows(int from, int to) {
    int l = op.left().width() / op.count();
    int r = op.right().width() / op.count();
    for (int i = from * op.count(); i < to * op.count(); i++) {
      System.arraycopy(left, i * l, out, i * (l + r), l);
      System.arraycopy(right, i * r, out, i * (l + r) + l, r);
    }
  }
}
