package mneme.device.host;

import mneme.graph.Op;

final class GatedKernel extends RowKernel {
  private final Op.Gated op;
  private float[] gate = {};
  private float[] up = {};
  private float[] out = {};

  GatedKernel(Op.Gated op, Setting setting) {
    super(setting.workers(), 4 * op.up().width());
    this.op = op;
  }

  @Override
  void bind(Step step) {
    gate = step.of(op.gate());
    up = step.of(op.up());
    out = step.of(op.out());
  }

  @Override
  void rows(int from, int to) {
    int width = op.up().width();
    for (int row = from; row < to; row++) {
      Activations.apply(op.kind(), gate, row * width, out, row * width, width);
      for (int i = row * width; i < (row + 1) * width; i++) {
        out[i] = out[i] * up[i];
      }
    }
  }
}
