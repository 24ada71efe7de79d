package mneme.device.host;

import mneme.graph.Op;

final class ColumnsKernel extends RowKernel {
  private final Op.Columns op;
  private float[] in = {};
  private float[] out = {};

  ColumnsKernel(Op.Columns op, Setting setting) {
    super(setting.workers(), op.out().width());
    this.op = op;
  }

  @Override
  void bind(Step step) {
    in = step.of(op.in());
    out = step.of(op.out());
  }

  @Override
  void rows(int from, int to) {
    int width = op.width();
    for (int row = from; row < to; row++) {
      for (int i = 0; i < op.count(); i++) {
        int source = row * op.in().width() + op.offset() + i * op.stride();
        System.arraycopy(in, source, out, row * op.out().width() + i * width, width);
      }
    }
  }
}
