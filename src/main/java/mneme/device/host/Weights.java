package mneme.device.host;

import java.util.HashMap;
import java.util.Map;
import mneme.device.host.machine.Workers;
import mneme.device.host.matrix.Packed;
import mneme.format.Decoder;
import mneme.format.Tensor;

/// The weights of a program: matrices laid out for products, vectors as arrays; each tensor once,
/// however many ops use it.
final class Weights implements AutoCloseable {
  private final Workers workers;
  private final Map<Tensor, Packed> matrices = new HashMap<>();
  private final Map<Tensor, float[]> vectors = new HashMap<>();

  private boolean isEmpty;

  Weights(Workers workers) {
    this.workers = workers;
  }

  /// From now on matrices have their sizes and nothing in them.
  void leaveEmpty() {
    isEmpty = true;
  }

  Packed matrix(Tensor tensor) {
    return matrices.computeIfAbsent(tensor, t -> isEmpty ? Packed.empty(t) : Packed.of(t, workers));
  }

  /// All numbers of a small tensor, in the order of the file.
  float[] vector(Tensor tensor) {
    return vectors.computeIfAbsent(tensor, Decoder::all);
  }

  long bytes() {
    return matrices.values().stream().mapToLong(Packed::bytes).sum()
        + vectors.values().stream().mapToLong(vector -> 4L * vector.length).sum();
  }

  @Override
  public void close() {
    matrices.values().forEach(Packed::close);
    matrices.clear();
  }
}
