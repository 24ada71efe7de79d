package mneme.device.host;

import mneme.graph.Op;

final class ShiftKernel extends StateKernel {
  private final Op.Shift op;
  private float[] in = {};
  private float[] out = {};

  ShiftKernel(Op.Shift op, Setting setting) {
    super(op, 1, setting);
    this.op = op;
  }

  @Override
  void bind(Step now) {
    in = now.of(op.in());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int width = op.in().width();
    int at = walk.row() * width;
    walk.read(0, out, at, width);
    System.arraycopy(in, at, out, at + width, (walk.count() - 1) * width);
    walk.write(0, in, at + (walk.count() - 1) * width, width);
  }
}
