package mneme.device.host;

import mneme.graph.Op;

final class ScaleKernel extends RowKernel {
  private final Op.Scale op;
  private float[] in = {};
  private float[] out = {};

  ScaleKernel(Op.Scale op, Setting setting) {
    super(setting.workers(), op.in().width());
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
    float factor = op.factor();
    for (int i = from * width; i < to * width; i++) {
      out[i] = in[i] * factor;
    }
  }
}
