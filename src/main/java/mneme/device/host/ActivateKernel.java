package mneme.device.host;

import mneme.graph.Op;

final class ActivateKernel extends UnaryKernel {
  private final Op.Activate op;

  ActivateKernel(Op.Activate op, Setting setting) {
    super(setting.workers(), 4 * op.in().width(), op.in(), op.out());
    this.op = op;
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    for (int row = from; row < to; row++) {
      Activations.apply(op.kind(), in, row * width, out, row * width, width);
    }
  }
}
