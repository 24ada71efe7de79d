package mneme.device.accelerator;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import mneme.device.SharedTensors.Held;
import mneme.device.SharedTensors.Source;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// The weights of a program on a device; each tensor once, however many ops and programs use it.
final class Weights implements AutoCloseable {
  static final long NOTHING_BYTES = 16;

  private final WeightStore store;
  private final Map<Tensor, Held<Matrix>> matrices = new IdentityHashMap<>();
  private final Map<Tensor, Held<Memory>> vectors = new IdentityHashMap<>();
  private final Memory nothing;

  Weights(WeightStore store) {
    this.store = store;
    this.nothing = store.accelerator().allocate(NOTHING_BYTES, "a stand-in");
  }

  Matrix matrix(Tensor tensor) {
    return matrices.computeIfAbsent(tensor, store.matrices()::hold).made();
  }

  /// The numbers of a tensor; of none something that is not read.
  Memory vector(@Nullable Tensor tensor) {
    return tensor == null ? nothing : vectors.computeIfAbsent(tensor, store.vectors()::hold).made();
  }

  long bytes() {
    return matrices.values().stream().distinct().mapToLong(held -> held.made().bytes()).sum()
        + vectors.values().stream().distinct().mapToLong(held -> held.made().bytes()).sum();
  }

  /// Bytes that a program of `graph` uses.
  static long bytes(Graph graph) {
    Set<Source> matrices = new HashSet<>();
    Set<Source> vectors = new HashSet<>();
    long bytes = 0;
    for (Op op : graph.ops()) {
      for (Tensor matrix : OpWeights.matrices(op)) {
        bytes += matrices.add(Source.of(matrix)) ? Panels.of(matrix).bytes() : 0;
      }
      for (Tensor vector : OpWeights.vectors(op)) {
        bytes += vectors.add(Source.of(vector)) ? 4 * vector.elements() : 0;
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    matrices.values().forEach(store.matrices()::letGo);
    vectors.values().forEach(store.vectors()::letGo);
    matrices.clear();
    vectors.clear();
    nothing.release();
  }
}
