package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.machine.Lanes;
import mneme.format.Tensor;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

final class LayerNormKernel extends UnaryKernel {
  private final Op.LayerNorm op;
  private final float[] weight;
  private final float[] bias;

  LayerNormKernel(Op.LayerNorm op, Setting setting) {
    super(setting.workers(), op.in().width(), op.in(), op.out());
    this.op = op;
    weight = row(op.weight(), 1, setting);
    bias = row(op.bias(), 0, setting);
  }

  /// A whole row, whether the tensor has one, has one run of it, or is absent.
  private float[] row(@Nullable Tensor tensor, float otherwise, Setting setting) {
    float[] row = new float[op.in().width()];
    if (tensor == null) {
      Arrays.fill(row, otherwise);
      return row;
    }
    float[] vector = setting.weights().vector(tensor);
    for (int i = 0; i < row.length; i++) {
      row[i] = vector[i % vector.length];
    }
    return row;
  }

  @Override
  void rows(int from, int to) {
    int width = op.in().width();
    int group = op.group();
    for (int at = from * width; at < to * width; at += group) {
      float mean = Lanes.sum(in, at, group) / group;
      for (int i = 0; i < group; i++) {
        out[at + i] = in[at + i] - mean;
      }
      float variance = Lanes.dot(out, at, out, at, group) / group;
      float factor = (float) (1 / Math.sqrt(variance + op.epsilon()));
      int w = at % width;
      for (int i = 0; i < group; i++) {
        out[at + i] = out[at + i] * factor * weight[w + i] + bias[w + i];
      }
    }
  }
}
