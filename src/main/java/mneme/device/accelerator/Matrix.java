package mneme.device.accelerator;

import java.util.ArrayList;
import java.util.List;
import mneme.device.DeviceException;
import mneme.format.Tensor;

/// A matrix, or a stack of them, on a device: as it lies in the file, in as few slices of whole
/// rows as the device's largest allocation makes of it. Rows count through the stack.
record Matrix(List<Slice> slices) {
  Matrix {
    slices = List.copyOf(slices);
  }

  /// Rows `from` to `to`, exclusive.
  record Slice(Memory memory, int from, int to) {
    int rows() {
      return to - from;
    }
  }

  /// @param mostBytes of a slice
  /// @throws DeviceException kind OUT_OF_MEMORY; then nothing of it is there
  static Matrix upload(Tensor tensor, Accelerator accelerator, long mostBytes) {
    int rows = Math.multiplyExact(tensor.rows(), tensor.matrices());
    long rowBytes = tensor.encoding().bytes(tensor.columns());
    int rowsEach = (int) Math.min(rows, mostBytes / Math.max(1, rowBytes));
    if (rowsEach < 1) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "a row of tensor '%s' has %d bytes, the device gives at most %d at once"
              .formatted(tensor.name(), rowBytes, mostBytes));
    }
    List<Slice> slices = new ArrayList<>();
    try {
      for (int from = 0; from < rows; from += rowsEach) {
        int to = Math.min(rows, from + rowsEach);
        var data = tensor.data().asSlice(from * rowBytes, (to - from) * rowBytes);
        slices.add(new Slice(WeightStore.upload(tensor.name(), data, accelerator), from, to));
      }
    } catch (RuntimeException | Error e) {
      slices.forEach(slice -> slice.memory().release());
      throw e;
    }
    return new Matrix(slices);
  }

  long bytes() {
    return slices.stream().mapToLong(slice -> slice.memory().bytes()).sum();
  }

  void release() {
    slices.forEach(slice -> slice.memory().release());
  }
}
