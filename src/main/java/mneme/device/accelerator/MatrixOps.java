package mneme.device.accelerator;

import mneme.device.DeviceException;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Op;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// Launches the kernels of `matrix.kernel`.
final class MatrixOps {
  private static final int ROWS = 4;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;

  MatrixOps(Accelerator accelerator, Weights weights, StepTables tables) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
  }

  /// @throws DeviceException kind FAILED if no kernel reads the tensor's encoding
  void prepare(String kernel, Tensor weight) {
    Encoding encoding = weight.encoding();
    boolean known =
        switch (encoding) {
          case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> true;
          case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 -> true;
          case I8, I16, I32, I64, F64 -> false;
        };
    if (!known) {
      throw new DeviceException(
          DeviceException.Kind.FAILED,
          "tensor '%s' is in %s, which no kernel reads".formatted(weight.name(), encoding));
    }
    accelerator.build(Kernel.matrix(kernel, encoding));
    weights.matrix(weight);
  }

  void embed(Op.Embed op, Step step) {
    int columns = op.table().columns();
    Launch launch =
        accelerator
            .launch(Kernel.matrix("embed", op.table().encoding()))
            .at(step.scratch(), step.at(op.out()))
            .at(weights.matrix(op.table()), 0);
    tables.tokens(launch).number(columns).each((columns + 31) / 32, step.rows());
  }

  void product(Op.MatMul op, Step step) {
    product(op.weight(), op.bias(), op.in(), op.out(), op.out().width(), step);
  }

  void blockProduct(Op.BlockMatMul op, Step step) {
    product(op.weight(), null, op.in(), op.out(), op.weight().rows(), step);
  }

  /// @param height outputs that read the same run of the input
  private void product(
      Tensor weight, @Nullable Tensor bias, Value in, Value out, int height, Step step) {
    accelerator
        .launch(Kernel.matrix("product", weight.encoding()))
        .at(step.scratch(), step.at(in))
        .at(step.scratch(), step.at(out))
        .at(weights.matrix(weight), 0)
        .at(weights.vector(bias), 0)
        .number(weight.columns())
        .number(out.width())
        .number(step.rows())
        .number(height)
        .flag(bias != null)
        .groups(out.width(), (step.rows() + ROWS - 1) / ROWS);
  }

  void expertProduct(Op.ExpertMatMul op, Step step) {
    int columns = op.weight().columns();
    accelerator
        .launch(Kernel.matrix("expert_product", op.weight().encoding()))
        .at(step.scratch(), step.at(op.in()))
        .at(step.scratch(), step.at(op.route()))
        .at(step.scratch(), step.at(op.out()))
        .at(weights.matrix(op.weight()), 0)
        .at(weights.vector(op.bias()), 0)
        .number(columns)
        .number(op.weight().rows())
        .number(op.chosen())
        .flag(op.in().width() == columns)
        .flag(op.bias() != null)
        .groups(op.out().width(), step.rows());
  }
}
