package mneme.device.host;

import java.util.Arrays;
import mneme.device.host.matrix.Inputs;
import mneme.device.host.matrix.Packed;
import mneme.device.host.matrix.Product;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// Gathers, for each expert, the rows that chose it, and multiplies them in one product: a weight
/// is read once a step, however many rows want it.
final class ExpertMatMulKernel implements Kernel {
  private final Op.ExpertMatMul op;
  private final Setting setting;
  private final Packed weight;
  private final float @Nullable [] bias;
  private final boolean ownRuns;
  private final Inputs.Form form;
  private final Inputs inputs = new Inputs();
  private int[] from = {};
  private int[] to = {};

  /// One an expert: each has its own bias.
  private final Product.Target[] targets;

  ExpertMatMulKernel(Op.ExpertMatMul op, Setting setting) {
    this.op = op;
    this.setting = setting;
    weight = setting.weights().matrix(op.weight());
    form = Inputs.Form.of(weight, op.weight().columns(), setting.rounds());
    targets = new Product.Target[op.weight().matrices()];
    Arrays.fill(targets, new Product.Target(new float[0], to, null, 0));
    bias = op.bias() == null ? null : setting.weights().vector(op.bias());
    ownRuns = op.in().width() != op.weight().columns();
  }

  @Override
  public void run(Step step) {
    int slots = step.rows() * op.chosen();
    float[] out = step.of(op.out());
    if (from.length < slots || targets[0].out() != out) {
      from = new int[Math.max(slots, from.length)];
      to = new int[from.length];
      Arrays.setAll(targets, expert -> new Product.Target(out, to, bias, expert * weight.rows()));
    }
    float[] route = step.of(op.route());
    for (int expert = 0; expert < op.weight().matrices(); expert++) {
      int count = gather(route, expert, step.rows());
      if (count > 0) {
        multiply(step, expert, count);
      }
    }
  }

  private int gather(float[] route, int expert, int rows) {
    int count = 0;
    int columns = op.weight().columns();
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < op.chosen(); c++) {
        if ((int) route[row * 2 * op.chosen() + c] == expert) {
          from[count] = row * op.in().width() + (ownRuns ? c * columns : 0);
          to[count] = row * op.out().width() + c * weight.rows();
          count++;
        }
      }
    }
    return count;
  }

  private void multiply(Step step, int expert, int count) {
    inputs.fill(step.of(op.in()), from, count, form, setting.workers());
    setting.product().run(weight, expert, inputs, targets[expert]);
  }
}
