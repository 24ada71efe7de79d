package mneme.device.host;

import mneme.device.host.machine.Lanes;
import mneme.graph.Op;

final class RmsNormKernel extends UnaryKernel {
  private final Op.RmsNorm op;
  private final float[] weight;
  private final int group;

  RmsNormKernel(Op.RmsNorm op, Setting setting) {
    super(setting.workers(), op.in().width(), op.in(), op.out());
    this.op = op;
    weight = op.weight() == null ? new float[0] : setting.weights().vector(op.weight());
    group = op.group();
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    for (int at = from * width; at < to * width; at += group) {
      float meanSquare = Lanes.dot(in, at, in, at, group) / group;
      float factor = (float) (1 / Math.sqrt(meanSquare + op.epsilon()));
      int w = weight.length > group ? at % width : 0;
      if (weight.length == 0) {
        for (int i = 0; i < group; i++) {
          out[at + i] = in[at + i] * factor;
        }
      } else {
        for (int i = 0; i < group; i++) {
          out[at + i] = in[at + i] * factor * weight[w + i];
        }
      }
    }
  }
}
