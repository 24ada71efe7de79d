package mneme.device.host;

import mneme.format.Tensor;
import mneme.graph.Value;

/// Sum or product of a row and a weight that repeats along it.
final class WeightKernel extends RowKernel {
  private final PairKernel.Kind kind;
  private final Value inValue;
  private final Value outValue;
  private final float[] weight;
  private float[] in = {};
  private float[] out = {};

  WeightKernel(PairKernel.Kind kind, Value in, Tensor weight, Value out, Setting setting) {
    super(setting.workers(), in.width());
    this.kind = kind;
    inValue = in;
    outValue = out;
    this.weight = setting.weights().vector(weight);
  }

  @Override
  void bind(Step step) {
    in = step.of(inValue);
    out = step.of(outValue);
  }

  @Override
  void rows(int from, int to) {
    int width = inValue.width();
    for (int at = from * width; at < to * width; at += weight.length) {
      if (kind == PairKernel.Kind.ADD) {
        for (int i = 0; i < weight.length; i++) {
          out[at + i] = in[at + i] + weight[i];
        }
      } else {
        for (int i = 0; i < weight.length; i++) {
          out[at + i] = in[at + i] * weight[i];
        }
      }
    }
  }
}
