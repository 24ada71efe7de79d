package mneme.device.host;

import mneme.graph.Op;

final class ColumnsKernel extends UnaryKernel {
  private final Op.Columns op;

  ColumnsKernel(Op.Columns op, Setting setting) {
    super(setting.workers(), op.out().width(), op.in(), op.out());
    this.op = op;
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
