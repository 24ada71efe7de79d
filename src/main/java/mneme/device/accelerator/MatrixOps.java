package mneme.device.accelerator;

import mneme.device.DeviceException;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Op;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// Launches the kernels of `matrix.kernel`, once for each slice of a matrix.
final class MatrixOps {
  private static final int ROWS = 4;
  private static final int TILE = 32;
  private static final int EXPERT_OUTPUTS = 8;

  /// From here on a tile of rows is worth its empty places. Both kernels give the same bits.
  private static final int MANY_ROWS = 16;

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
    for (Matrix.Slice slice : weights.matrix(op.table()).slices()) {
      Launch launch =
          accelerator
              .launch(Kernel.matrix("embed", op.table().encoding()))
              .at(step.scratch(), step.at(op.out()))
              .at(slice.memory(), 0);
      tables
          .tokens(launch)
          .number(columns)
          .number(slice.from())
          .number(slice.to())
          .each((columns + 31) / 32, step.rows());
    }
  }

  void product(Op.MatMul op, Step step) {
    var product = new Product(op.weight(), op.bias(), op.in(), op.out());
    if (step.rows() < MANY_ROWS) {
      product(product, op.out().width(), step);
      return;
    }
    for (Matrix.Slice slice : weights.matrix(op.weight()).slices()) {
      launch("product_tile", product, slice, step)
          .flag(op.bias() != null)
          .groups((slice.rows() + TILE - 1) / TILE, (step.rows() + TILE - 1) / TILE);
    }
  }

  void blockProduct(Op.BlockMatMul op, Step step) {
    product(new Product(op.weight(), null, op.in(), op.out()), op.weight().rows(), step);
  }

  /// @param height outputs that read the same run of the input
  private void product(Product product, int height, Step step) {
    for (Matrix.Slice slice : weights.matrix(product.weight()).slices()) {
      launch("product", product, slice, step)
          .number(height)
          .flag(product.bias() != null)
          .groups(slice.rows(), (step.rows() + ROWS - 1) / ROWS);
    }
  }

  private record Product(Tensor weight, @Nullable Tensor bias, Value in, Value out) {}

  private Launch launch(String kernel, Product product, Matrix.Slice slice, Step step) {
    return accelerator
        .launch(Kernel.matrix(kernel, product.weight().encoding()))
        .at(step.scratch(), step.at(product.in()))
        .at(step.scratch(), step.at(product.out()))
        .at(slice.memory(), 0)
        .at(weights.vector(product.bias()), 0)
        .number(product.weight().columns())
        .number(slice.from())
        .number(slice.to())
        .number(product.out().width())
        .number(step.rows());
  }

  void expertProduct(Op.ExpertMatMul op, Step step) {
    int columns = op.weight().columns();
    for (Matrix.Slice slice : weights.matrix(op.weight()).slices()) {
      accelerator
          .launch(Kernel.matrix("expert_product", op.weight().encoding()))
          .at(step.scratch(), step.at(op.in()))
          .at(step.scratch(), step.at(op.route()))
          .at(step.scratch(), step.at(op.out()))
          .at(slice.memory(), 0)
          .at(weights.vector(op.bias()), 0)
          .number(columns)
          .number(slice.from())
          .number(slice.to())
          .number(op.weight().rows())
          .number(op.chosen())
          .flag(op.in().width() == columns)
          .flag(op.bias() != null)
          .groups((op.out().width() + EXPERT_OUTPUTS - 1) / EXPERT_OUTPUTS, step.rows());
    }
  }
}
