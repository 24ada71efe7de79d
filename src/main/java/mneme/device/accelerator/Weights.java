package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import mneme.format.Decoder;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// The weights of a graph on a device: matrices as they lie in the file, everything small as f32.
final class Weights implements AutoCloseable {
  static final long NOTHING_BYTES = 16;

  private final Accelerator accelerator;
  private final Map<Tensor, Memory> matrices = new IdentityHashMap<>();
  private final Map<Tensor, Memory> vectors = new IdentityHashMap<>();
  private final Map<Long, Memory> byAddress = new HashMap<>();
  private final Memory nothing;

  Weights(Accelerator accelerator) {
    this.accelerator = accelerator;
    this.nothing = accelerator.allocate(NOTHING_BYTES, "a stand-in");
  }

  /// The bytes of a matrix; one that two ops share is there once.
  Memory matrix(Tensor tensor) {
    return matrices.computeIfAbsent(tensor, this::upload);
  }

  private Memory upload(Tensor tensor) {
    long address = tensor.data().address();
    Memory shared = tensor.data().isNative() ? byAddress.get(address) : null;
    if (shared != null && shared.bytes() == tensor.bytes()) {
      return shared;
    }
    Memory memory = allocate(tensor, tensor.bytes());
    accelerator.write(memory, 0, tensor.data().asSlice(0, tensor.bytes()));
    byAddress.put(address, memory);
    return memory;
  }

  /// The numbers of a tensor; of none something that is not read.
  Memory vector(@Nullable Tensor tensor) {
    if (tensor == null) {
      return nothing;
    }
    return vectors.computeIfAbsent(
        tensor,
        _ -> {
          float[] numbers = Decoder.all(tensor);
          Memory memory = allocate(tensor, 4L * numbers.length);
          accelerator.write(memory, 0, MemorySegment.ofArray(numbers));
          return memory;
        });
  }

  private Memory allocate(Tensor tensor, long bytes) {
    return accelerator.allocate(bytes, "tensor '" + tensor.name() + "'");
  }

  long bytes() {
    return all().mapToLong(Memory::bytes).sum();
  }

  private Stream<Memory> all() {
    return Stream.concat(matrices.values().stream().distinct(), vectors.values().stream());
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
    all().forEach(Memory::release);
    nothing.release();
  }
}
