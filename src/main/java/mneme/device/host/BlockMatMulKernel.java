package mneme.device.host;

import mneme.device.host.matrix.Inputs;
import mneme.device.host.matrix.Packed;
import mneme.device.host.matrix.Product;
import mneme.graph.Op;

final class BlockMatMulKernel implements Kernel {
  private final Op.BlockMatMul op;
  private final Setting setting;
  private final Packed weight;
  private final Inputs inputs = new Inputs();
  private int[] from = {};
  private int[] to = {};

  BlockMatMulKernel(Op.BlockMatMul op, Setting setting) {
    this.op = op;
    this.setting = setting;
    weight = setting.weights().matrix(op.weight());
  }

  @Override
  public void run(Step step) {
    int rows = step.rows();
    if (from.length < rows) {
      from = new int[rows];
      to = new int[rows];
    }
    int columns = op.weight().columns();
    Inputs.Form form = Inputs.Form.of(weight, columns, setting.rounds());
    Product.Target target = new Product.Target(step.of(op.out()), to, null, 0);
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
