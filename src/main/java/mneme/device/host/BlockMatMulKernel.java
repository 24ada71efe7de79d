package mneme.device.host;

import mneme.device.host.matrix.Inputs;
import mneme.device.host.matrix.Packed;
import mneme.device.host.matrix.Product;
import mneme.graph.Op;

final class BlockMatMulKernel implements Kernel {
  private final Op.BlockMatMul op;
  private final Setting setting;
  private final Packed weight;
  private final Inputs.Form form;
  private final Inputs inputs = new Inputs();
  private int[] from = {};
  private int[] to = {};
  private Product.Target target = new Product.Target(new float[0], to, null, 0);

  BlockMatMulKernel(Op.BlockMatMul op, Setting setting) {
    this.op = op;
    this.setting = setting;
    weight = setting.weights().matrix(op.weight());
    form = Inputs.Form.of(weight, op.weight().columns(), setting.rounds());
  }

  @Override
  public void run(Step step) {
    int rows = step.rows();
    int columns = op.weight().columns();
    if (from.length < rows || target.out() != step.of(op.out())) {
      from = new int[Math.max(rows, from.length)];
      to = new int[from.length];
      target = new Product.Target(step.of(op.out()), to, null, 0);
    }
    for (int block = 0; block < op.weight().matrices(); block++) {
      for (int row = 0; row < rows; row++) {
        from[row] = row * op.in().width() + block * columns;
        to[row] = row * op.out().width() + block * weight.rows();
      }
      inputs.fill(step.of(op.in()), from, rows, form, setting.workers());
      setting.product().run(weight, block, inputs, target);
    }
  }
}
