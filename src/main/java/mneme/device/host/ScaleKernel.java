package mneme.device.host;

import mneme.graph.Op;

final class ScaleKernel extends UnaryKernel {
  private final Op.Scale op;

  ScaleKernel(Op.Scale op, Setting setting) {
    super(setting.workers(), op.in().width(), op.in(), op.out());
    this.op = op;
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    float factor = op.factor();
    for (int i = from * width; i < to * width; i++) {
      out[i] = in[i] * factor;
    }
  }
}
