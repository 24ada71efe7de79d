package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Op;

/// Launches the kernels of `unit.kernel`, once for each slice of a matrix.
final class UnitOps {
  private static final long LARGEST_BYTES = 16;

  /// From here on tiles are worth their empty places, and halves the launch that makes them. All
  /// kernels give the same bits.
  private static final int MANY_ROWS = 65;

  private static final int TILE_ROWS = 64;
  private static final int TILE_PANELS = 4;

  private final Accelerator accelerator;
  private final Weights weights;
  private final MatrixUnit unit;
  private final HalvesPlan halves;

  /// The bits of the largest number of a tensor.
  private final Map<Tensor, Integer> largest = new IdentityHashMap<>();

  UnitOps(Accelerator accelerator, Weights weights, MatrixUnit unit, HalvesPlan halves) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.unit = unit;
    this.halves = halves;
  }

  void prepare(Tensor weight) {
    accelerator.build(kernel("unit_product", weight));
    largest.computeIfAbsent(weight, this::findLargest);
  }

  void prepareTiles(Tensor weight) {
    accelerator.build(kernel("unit_tile", weight));
    accelerator.build(halvesKernel(weight.columns()));
  }

  private Kernel halvesKernel(int columns) {
    return Kernel.unit("unit_halves", Encoding.F32, columns, unit);
  }

  private Kernel kernel(String name, Tensor weight) {
    return Kernel.unit(name, weight.encoding(), weight.columns(), unit);
  }

  private int findLargest(Tensor weight) {
    Memory found = accelerator.allocate(LARGEST_BYTES, "the largest weight");
    try {
      accelerator.zero(found, 0, LARGEST_BYTES);
      long quads = Math.ceilDiv(weight.columns(), 4) * (Panels.ROWS / 4L);
      for (Matrix.Slice slice : weights.matrix(weight).slices()) {
        accelerator
            .launch(kernel("unit_largest", weight))
            .at(slice.memory(), 0)
            .at(found, 0)
            .number(weight.columns())
            .number(slice.panels())
            .each(slice.panels() * quads, 1);
      }
      int[] bits = new int[1];
      accelerator.read(found, 0, MemorySegment.ofArray(bits));
      return bits[0];
    } finally {
      found.release();
    }
  }

  /// Makes the halves that products of the stage read which begins with op `index`.
  void begin(int index, Step step) {
    List<HalvesPlan.Place> places = halves.madeAt(index);
    if (step.rows() < MANY_ROWS || places.isEmpty()) {
      return;
    }
    for (HalvesPlan.Place place : places) {
      int columns = place.value().width();
      accelerator
          .launch(halvesKernel(columns))
          .at(step.scratch(), step.at(place.value()))
          .at(step.scratch(), step.at(place))
          .number(columns)
          .number(step.rows())
          .groups(step.rows(), 1);
    }
    accelerator.barrier();
  }

  void product(Op.MatMul op, Product product, Step step) {
    if (step.rows() < MANY_ROWS) {
      product(product, 0, step);
      return;
    }
    Product ofHalves = product.of(step.at(halves.of(op)));
    long turns = Math.ceilDiv(step.rows(), TILE_ROWS);
    for (Matrix.Slice slice : weights.matrix(op.weight()).slices()) {
      launch("unit_tile", ofHalves, slice, step)
          .flag(op.bias() != null)
          .number(largest(op.weight()))
          .groups(turns * Math.ceilDiv(slice.panels(), TILE_PANELS), 1);
    }
  }

  /// @param stride columns from the input of one matrix to that of the next
  void product(Product product, int stride, Step step) {
    long turns = Math.ceilDiv(step.rows(), unit.n());
    for (Matrix.Slice slice : weights.matrix(product.weight()).slices()) {
      launch("unit_product", product, slice, step)
          .number(stride)
          .flag(product.bias() != null)
          .number(largest(product.weight()))
          .groups(slice.panels() * turns, 1);
    }
  }

  private Launch launch(String name, Product product, Matrix.Slice slice, Step step) {
    Launch launch = accelerator.launch(kernel(name, product.weight()));
    return product.begin(launch, weights, slice, step);
  }

  private int largest(Tensor weight) {
    return Objects.requireNonNull(largest.get(weight));
  }
}
