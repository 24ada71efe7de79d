package mneme.device.host;

import java.util.IdentityHashMap;
import java.util.Map;
import mneme.device.SharedTensors.Held;
import mneme.device.host.matrix.Packed;
import mneme.format.Tensor;

/// The weights of a program: matrices laid out for products, vectors as arrays; each tensor once,
/// however many ops and programs use it.
final class Weights implements AutoCloseable {
  private final WeightStore store;
  private final Map<Tensor, Held<Packed>> matrices = new IdentityHashMap<>();
  private final Map<Tensor, Held<float[]>> vectors = new IdentityHashMap<>();

  Weights(WeightStore store) {
    this.store = store;
  }

  Packed matrix(Tensor tensor) {
    return matrices.computeIfAbsent(tensor, store.matrices()::hold).made();
  }

  /// All numbers of a small tensor, in the order of the file; only to be read.
  float[] vector(Tensor tensor) {
    return vectors.computeIfAbsent(tensor, store.vectors()::hold).made();
  }

  long bytes() {
    return matrices.values().stream().distinct().mapToLong(held -> held.made().bytes()).sum()
        + vectors.values().stream().distinct().mapToLong(held -> 4L * held.made().length).sum();
  }

  @Override
  public void close() {
    matrices.values().forEach(store.matrices()::letGo);
    vectors.values().forEach(store.vectors()::letGo);
    matrices.clear();
    vectors.clear();
  }
}
