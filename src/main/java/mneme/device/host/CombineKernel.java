package mneme.device.host;

import mneme.graph.Op;

final class CombineKernel extends RowKernel {
  private final Op.Combine op;
  private float[] in = {};
  private float[] route = {};
  private float[] out = {};

  CombineKernel(Op.Combine op, Setting setting) {
    super(setting.workers(), op.in().width());
    this.op = op;
  }

  @Override
  void bind(Step step) {
    in = step.of(op.in());
    route = step.of(op.route());
    out = step.of(op.out());
  }

  @Override
  void rows(int from, int to) {
    int width = op.out().width();
    int chosen = op.chosen();
    for (int row = from; row < to; row++) {
      for (int c = 0; c < chosen; c++) {
        float weight = route[row * 2 * chosen + chosen + c];
        int at = (row * chosen + c) * width;
        for (int i = 0; i < width; i++) {
          float before = c == 0 ? 0 : out[row * width + i];
          out[row * width + i] = Math.fma(weight, in[at + i], before);
        }
      }
    }
  }
}
