package mneme.device.host;

import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class SumRunsKernel extends UnaryKernel {
  private final Op.SumRuns op;

  SumRunsKernel(Op.SumRuns op, Setting setting) {
    super(setting.workers(), op.in().width(), op.in(), op.out());
    this.op = op;
  }

  @Override
  void rows(int from, int to) {
    int width = op.out().width();
    for (int i = from * width; i < to * width; i++) {
      out[i] = Lanes.sum(in, i * op.group(), op.group());
    }
  }
}
