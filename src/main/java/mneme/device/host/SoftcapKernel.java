package mneme.device.host;

import mneme.graph.Activation;
import mneme.graph.Op;

final class SoftcapKernel extends UnaryKernel {
  private final Op.Softcap op;

  SoftcapKernel(Op.Softcap op, Setting setting) {
    super(setting.workers(), 4 * op.in().width(), op.in(), op.out());
    this.op = op;
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    for (int row = from; row < to; row++) {
      apply(op.cap(), in, row * width, out, width);
    }
  }

  /// Numbers `[at, at + count)` of `in` to the same places in `out`, which may be the same array.
  static void apply(float cap, float[] in, int at, float[] out, int count) {
    for (int i = at; i < at + count; i++) {
      out[i] = in[i] / cap;
    }
    Activations.apply(Activation.TANH, out, at, out, at, count);
    for (int i = at; i < at + count; i++) {
      out[i] = out[i] * cap;
    }
  }
}
