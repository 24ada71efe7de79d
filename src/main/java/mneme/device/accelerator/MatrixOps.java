package mneme.device.accelerator;

import java.util.Optional;
import mneme.device.DeviceException;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Op;

/// Launches the kernels of `matrix.kernel`, once for each slice of a matrix.
final class MatrixOps {
  /// Rows of the input that a work-group multiplies at once: variants of one kernel.
  private static final int[] ROWS = {1, 4, 8};

  /// From here on a tile of rows is worth its empty places. All kernels give the same bits.
  private static final int MANY_ROWS = 33;

  private static final int TILE = 64;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;
  private final Optional<UnitOps> units;

  /// @param units for products, if programs use them
  MatrixOps(Accelerator accelerator, Weights weights, StepTables tables, Optional<UnitOps> units) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
    this.units = units;
  }

  /// @throws DeviceException kind FAILED if no kernel reads the tensor's encoding
  void prepare(Op.Embed op) {
    prepare("embed", op.table());
  }

  void prepare(Op.MatMul op) {
    Tensor weight = op.weight();
    requireKnown(weight);
    Optional<UnitOps> units = unitsFor(weight);
    if (units.isPresent()) {
      units.get().prepare(weight);
      units.get().prepareTiles(weight);
    } else {
      prepare("product", weight, ROWS);
      prepare("product_tile", weight);
    }
  }

  void prepare(Op.BlockMatMul op) {
    Tensor weight = op.weight();
    requireKnown(weight);
    unitsFor(weight)
        .ifPresentOrElse(units -> units.prepare(weight), () -> prepare("product", weight, ROWS));
  }

  /// The same for every number of rows, as matrix units give other bits.
  private Optional<UnitOps> unitsFor(Tensor weight) {
    return units.filter(_ -> MatrixUnit.takes(weight));
  }

  void prepare(Op.ExpertMatMul op) {
    prepare("expert_product", op.weight());
  }

  private void prepare(String kernel, Tensor weight, int... rows) {
    requireKnown(weight);
    for (int count : rows.length == 0 ? new int[] {1} : rows) {
      accelerator.build(Kernel.matrix(kernel, weight, count));
    }
    weights.matrix(weight);
  }

  private static void requireKnown(Tensor weight) {
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
  }

  void embed(Op.Embed op, Step step) {
    int columns = op.table().columns();
    for (Matrix.Slice slice : weights.matrix(op.table()).slices()) {
      Launch launch =
          accelerator
              .launch(Kernel.matrix("embed", op.table(), 1))
              .at(step.scratch(), step.at(op.out()))
              .at(slice.memory(), 0);
      tables
          .tokens(launch)
          .number(columns)
          .number(slice.from())
          .number(slice.to())
          .number(op.table().rows())
          .each((columns + 3) / 4, step.rows());
    }
  }

  /// What must have ended before the stage that begins with op `index`.
  void begin(int index, Step step) {
    units.ifPresent(units -> units.begin(index, step));
  }

  void product(Op.MatMul op, Step step) {
    var product = new Product(op.weight(), op.bias(), step.at(op.in()), op.out());
    Optional<UnitOps> units = unitsFor(op.weight());
    if (units.isPresent()) {
      units.get().product(op, product, step);
      return;
    }
    if (step.rows() < MANY_ROWS) {
      product(product, 0, step);
      return;
    }
    Kernel kernel = Kernel.matrix("product_tile", op.weight(), 1);
    long turns = (step.rows() + TILE - 1) / TILE;
    for (Matrix.Slice slice : weights.matrix(op.weight()).slices()) {
      long tiles = (slice.panels() + 1) / 2;
      launch(kernel, product, slice, step).flag(op.bias() != null).groups(tiles * turns, 1);
    }
  }

  void blockProduct(Op.BlockMatMul op, Step step) {
    var product = new Product(op.weight(), null, step.at(op.in()), op.out());
    int stride = op.weight().columns();
    unitsFor(op.weight())
        .ifPresentOrElse(
            units -> units.product(product, stride, step), () -> product(product, stride, step));
  }

  /// @param stride columns from the input of one matrix to that of the next
  private void product(Product product, int stride, Step step) {
    int rows = ROWS[ROWS.length - 1];
    for (int i = ROWS.length - 1; i >= 0 && ROWS[i] >= step.rows(); i--) {
      rows = ROWS[i];
    }
    Kernel kernel = Kernel.matrix("product", product.weight(), rows);
    long turns = (step.rows() + rows - 1) / rows;
    for (Matrix.Slice slice : weights.matrix(product.weight()).slices()) {
      launch(kernel, product, slice, step)
          .number(stride)
          .flag(product.bias() != null)
          .groups(slice.panels() * turns, 1);
    }
  }

  private Launch launch(Kernel kernel, Product product, Matrix.Slice slice, Step step) {
    return product.begin(accelerator.launch(kernel), weights, slice, step);
  }

  void expertProduct(Op.ExpertMatMul op, Step step) {
    int columns = op.weight().columns();
    for (Matrix.Slice slice : weights.matrix(op.weight()).slices()) {
      accelerator
          .launch(Kernel.matrix("expert_product", op.weight(), 1))
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
          .groups((long) op.chosen() * Panels.of(op.weight()).panelsEach(), step.rows());
    }
  }
}
