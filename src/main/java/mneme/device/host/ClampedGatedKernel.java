package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.graph.Op;

final class ClampedGatedKernel extends RowKernel {
  private final Op.ClampedGated op;
  private float[] gate = {};
  private float[] up = {};
  private float[] out = {};

  ClampedGatedKernel(Op.ClampedGated op, Setting setting) {
    super(setting.workers(), 16 * op.up().width());
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
    for (int i = from * width; i < to * width; i++) {
      float g = Math.min(gate[i], op.limit());
      float u = Math.max(-op.limit(), Math.min(up[i], op.limit()));
      out[i] = g * Curves.sigmoid(op.alpha() * g) * (u + 1);
    }
  }
}
