package mneme.device.host;

import java.util.function.Function;
import mneme.device.SharedTensors;
import mneme.device.host.machine.Workers;
import mneme.device.host.matrix.Packed;
import mneme.format.Decoder;
import mneme.format.Tensor;

/// The weights that programs of a host share: matrices laid out for products, vectors as arrays.
///
/// @param workers threads that lay them out, and compute
record WeightStore(
    Workers workers, SharedTensors<Packed> matrices, SharedTensors<float[]> vectors) {
  static WeightStore of(Workers workers) {
    return of(workers, tensor -> Packed.of(tensor, workers));
  }

  /// One whose matrices have their sizes and nothing in them.
  static WeightStore empty(Workers workers) {
    return of(workers, Packed::empty);
  }

  private static WeightStore of(Workers workers, Function<Tensor, Packed> pack) {
    return new WeightStore(
        workers,
        new SharedTensors<>(pack, Packed::close),
        new SharedTensors<>(Decoder::all, _ -> {}));
  }
}
