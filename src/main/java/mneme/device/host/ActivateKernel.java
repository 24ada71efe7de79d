package mneme.device.host;

import mneme.graph.Op;

final class ActivateKernel extends RowKernel {
  private final Op.Activate op;
  private float[] in = {};
  private float[] out = {};

  ActivateKernel(Op.Activate op, Setting setting) {
    super(setting.workers(), 4 * op.in().width());
    this.op = op;
  }

  @Override
  void bind(Step step) {
    in = step.of(op.in());
    out = step.of(op.out());
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    for (int row = from; row < to; row++) {
      Activations.apply(op.kind(), in, row * width, out, row * width, width);
    }
  }
}
