package mneme.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import mneme.format.Decoder;
import mneme.format.Encoding;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;

/// Small F32 tensors computed from those of a file where its layout is not what an op takes.
public final class Derived {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Derived() {}

  public static Tensor of(String name, List<Long> dims, float[] values) {
    MemorySegment data = Arena.ofAuto().allocate(4L * values.length, 64);
    for (int i = 0; i < values.length; i++) {
      data.setAtIndex(F32, i, values[i]);
    }
    return new Tensor(name, Encoding.F32, dims, data);
  }

  private static float[] decoded(Tensor tensor) {
    if (tensor.elements() == 0) {
      throw new ModelFormatException("tensor '" + tensor.name() + "' is empty");
    }
    return Decoder.all(tensor);
  }

  public static Tensor each(Tensor tensor, String name, DoubleUnaryOperator function) {
    float[] values = decoded(tensor);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) function.applyAsDouble(values[i]);
    }
    return of(tensor.name() + " " + name, tensor.dims(), values);
  }

  /// `count` numbers of `tensor` from `offset` on.
  public static Tensor part(Tensor tensor, int offset, int count) {
    if (offset + count > tensor.elements()) {
      throw new ModelFormatException(
          "tensor '%s' has no %d numbers from %d on".formatted(tensor.name(), count, offset));
    }
    float[] values = Arrays.copyOfRange(decoded(tensor), offset, offset + count);
    return of(tensor.name() + " from " + offset, List.of((long) count), values);
  }

  /// Each number `times` times in a row.
  public static Tensor repeatEach(Tensor tensor, int times) {
    float[] values = decoded(tensor);
    float[] out = new float[Math.multiplyExact(values.length, times)];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i / times];
    }
    return of(tensor.name() + " repeated", List.of((long) out.length), out);
  }

  /// Matrices of one shape and encoding on top of one another.
  public static Tensor stacked(List<Tensor> matrices) {
    Tensor first = matrices.getFirst();
    MemorySegment data = Arena.ofAuto().allocate(first.bytes() * matrices.size(), 64);
    long at = 0;
    for (Tensor matrix : matrices) {
      if (!matrix.dims().equals(first.dims()) || matrix.encoding() != first.encoding()) {
        throw new ModelFormatException(
            "tensors '%s' and '%s' differ in shape or encoding"
                .formatted(first.name(), matrix.name()));
      }
      MemorySegment.copy(matrix.data(), 0, data, at, first.bytes());
      at += first.bytes();
    }
    return new Tensor(
        first.name() + " and others",
        first.encoding(),
        List.of((long) first.columns(), (long) first.rows(), (long) matrices.size()),
        data);
  }

  /// A stack of matrices, each turned on its side.
  public static Tensor transposed(Tensor tensor) {
    int columns = tensor.columns();
    int rows = tensor.rows();
    float[] values = decoded(tensor);
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      int matrix = i / (rows * columns) * rows * columns;
      int at = i - matrix;
      out[i] = values[matrix + at % rows * columns + at / rows];
    }
    return of(
        tensor.name() + " transposed",
        List.of((long) rows, (long) columns, (long) tensor.matrices()),
        out);
  }
}
