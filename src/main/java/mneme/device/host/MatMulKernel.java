package mneme.device.host;

import mneme.device.host.matrix.Inputs;
import mneme.device.host.matrix.Packed;
import mneme.device.host.matrix.Product;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

final class MatMulKernel implements Kernel {
  private final Op.MatMul op;
  private final Setting setting;
  private final Packed weight;
  private final float @Nullable [] bias;
  private final Inputs.Form form;
  private int[] starts = {};
  private Product.Target target = new Product.Target(new float[0], starts, null, 0);

  MatMulKernel(Op.MatMul op, Setting setting) {
    this.op = op;
    this.setting = setting;
    weight = setting.weights().matrix(op.weight());
    form = setting.inputs().form(op.in(), weight);
    bias = op.bias() == null ? null : setting.weights().vector(op.bias());
  }

  @Override
  public void run(Step step) {
    Inputs inputs = setting.inputs().of(op.in(), form, step);
    int rows = step.rows();
    float[] out = step.of(op.out());
    if (starts.length < rows || target.out() != out) {
      starts = new int[Math.max(rows, starts.length)];
      for (int row = 0; row < starts.length; row++) {
        starts[row] = row * op.out().width();
      }
      target = new Product.Target(out, starts, bias, 0);
    }
    setting.product().run(weight, 0, inputs, target);
  }
}
