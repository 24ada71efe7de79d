package mneme.device.host;

import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class SumRunsKernel extends RowKernel {
  private final Op.SumRuns op;
  private float[] in = {};
  private float[] out = {};

  SumRunsKernel(Op.SumRuns op, Setting setting) {
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
    int width = op.out().width();
    for (int i = from * width; i < to * width; i++) {
      out[i] = Lanes.sum(in, i * op.group(), op.group());
    }
  }
}
