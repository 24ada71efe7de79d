package mneme.device.host;

import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class L2NormKernel extends UnaryKernel {
  private final Op.L2Norm op;

  L2NormKernel(Op.L2Norm op, Setting setting) {
    super(setting.workers(), op.in().width(), op.in(), op.out());
    this.op = op;
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    int group = op.group();
    for (int at = from * width; at < to * width; at += group) {
      float length = (float) Math.sqrt(Lanes.dot(in, at, in, at, group));
      float factor = 1 / Math.max(length, op.epsilon());
      for (int i = 0; i < group; i++) {
        out[at + i] = in[at + i] * factor;
      }
    }
  }
}
