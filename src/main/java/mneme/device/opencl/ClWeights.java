package mneme.device.opencl;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import mneme.format.Decoder;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// The weights of a graph on a device: matrices as they lie in the file, everything small as f32.
final class ClWeights implements AutoCloseable {
  private final ClQueue queue;
  private final Map<Tensor, ClBuffer> matrices = new IdentityHashMap<>();
  private final Map<Tensor, ClBuffer> vectors = new IdentityHashMap<>();
  private final Map<Long, ClBuffer> byAddress = new HashMap<>();
  private final ClBuffer nothing;

  ClWeights(ClQueue queue) {
    this.queue = queue;
    this.nothing = queue.allocate(4, "a stand-in");
  }

  /// The bytes of a matrix; one that two ops share is there once.
  ClBuffer matrix(Tensor tensor) {
    return matrices.computeIfAbsent(tensor, this::upload);
  }

  private ClBuffer upload(Tensor tensor) {
    long address = tensor.data().address();
    ClBuffer shared = tensor.data().isNative() ? byAddress.get(address) : null;
    if (shared != null && shared.bytes() == tensor.bytes()) {
      return shared;
    }
    ClBuffer buffer = queue.allocate(tensor.bytes(), "tensor '" + tensor.name() + "'");
    queue.write(buffer, 0, tensor.data().asSlice(0, tensor.bytes()));
    byAddress.put(address, buffer);
    return buffer;
  }

  /// The numbers of a tensor; of none a buffer that is not read.
  ClBuffer vector(@Nullable Tensor tensor) {
    if (tensor == null) {
      return nothing;
    }
    return vectors.computeIfAbsent(
        tensor,
        _ -> {
          float[] numbers = Decoder.all(tensor);
          ClBuffer buffer = queue.allocate(4L * numbers.length, "tensor '" + tensor.name() + "'");
          queue.write(buffer, 0, MemorySegment.ofArray(numbers));
          return buffer;
        });
  }

  long bytes() {
    return java.util.stream.Stream.concat(
            matrices.values().stream().distinct(), vectors.values().stream())
        .mapToLong(ClBuffer::bytes)
        .sum();
  }

  /// Bytes once every op of `graph` has run.
  static long bytes(Graph graph) {
    Set<Tensor> tensors = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Long> addresses = new HashSet<>();
    long bytes = 0;
    for (Op op : graph.ops()) {
      for (Tensor matrix : OpWeights.matrices(op)) {
        boolean isNew =
            matrix.data().isNative() ? addresses.add(matrix.data().address()) : tensors.add(matrix);
        bytes += isNew ? matrix.bytes() : 0;
      }
      for (Tensor vector : OpWeights.vectors(op)) {
        bytes += tensors.add(vector) ? 4 * vector.elements() : 0;
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    matrices.values().stream().distinct().forEach(ClBuffer::release);
    vectors.values().forEach(ClBuffer::release);
    nothing.release();
  }
}
