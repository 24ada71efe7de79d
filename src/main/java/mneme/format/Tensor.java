package mneme.format;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// A named array as it lies in a model file. `dims` are fastest first, as in GGUF: a matrix that
/// maps `columns` inputs to `rows` outputs has dims `[columns, rows]`; a stack of expert matrices
/// `[columns, rows, experts]`. `data` is usually a slice of the mapped file and is read-only.
public record Tensor(String name, Encoding encoding, List<Long> dims, MemorySegment data) {
  public Tensor {
    dims = List.copyOf(dims);
  }

  /// Length of one row: the fastest dimension.
  public int columns() {
    return Math.toIntExact(dims.isEmpty() ? 1 : dims.getFirst());
  }

  /// Rows of one matrix of the stack: the second dimension.
  public int rows() {
    return Math.toIntExact(dims.size() < 2 ? 1 : dims.get(1));
  }

  /// Number of matrices in the stack: the product of the dimensions above the second.
  public int matrices() {
    long product = 1;
    for (int i = 2; i < dims.size(); i++) {
      product = Math.multiplyExact(product, dims.get(i));
    }
    return Math.toIntExact(product);
  }

  public long elements() {
    long product = 1;
    for (long dim : dims) {
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  public long bytes() {
    return encoding.bytes(elements());
  }
}
