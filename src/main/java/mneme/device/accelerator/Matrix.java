package mneme.device.accelerator;

import java.util.ArrayList;
import java.util.List;
import mneme.device.DeviceException;
import mneme.format.Tensor;

/// A matrix, or a stack of them, on a device: laid out in [Panels], in as few slices of whole
/// panels as the device's largest allocation makes of it. Panels count through the stack.
record Matrix(List<Slice> slices) {
  Matrix {
    slices = List.copyOf(slices);
  }

  /// Panels `from` to `to`, exclusive.
  record Slice(Memory memory, int from, int to) {
    int panels() {
      return to - from;
    }
  }

  /// @param mostBytes of a slice
  /// @throws DeviceException kind OUT_OF_MEMORY; then nothing of it is there
  static Matrix upload(Tensor tensor, Accelerator accelerator, long mostBytes) {
    Panels panels = Panels.of(tensor);
    int panelBytes = panels.panelBytes();
    int panelsEach = (int) Math.min(panels.panels(), mostBytes / Math.max(1, panelBytes));
    if (panelsEach < 1) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "a panel of %d rows of tensor '%s' has %d bytes, the device gives at most %d at once"
              .formatted(Panels.ROWS, tensor.name(), panelBytes, mostBytes));
    }
    var writer = new PanelWriter(tensor, panels, accelerator);
    List<Slice> slices = new ArrayList<>();
    try {
      for (int from = 0; from < panels.panels(); from += panelsEach) {
        slices.add(upload(writer, from, Math.min(panels.panels(), from + panelsEach)));
      }
    } catch (RuntimeException | Error e) {
      slices.forEach(slice -> slice.memory().release());
      throw e;
    }
    return new Matrix(slices);
  }

  private static Slice upload(PanelWriter writer, int from, int to) {
    long bytes = (long) (to - from) * writer.panels().panelBytes();
    Memory memory =
        WeightStore.upload(
            writer.tensor(), bytes, writer.accelerator(), made -> writer.write(from, to, made));
    return new Slice(memory, from, to);
  }

  long bytes() {
    return slices.stream().mapToLong(slice -> slice.memory().bytes()).sum();
  }

  void release() {
    slices.forEach(slice -> slice.memory().release());
  }
}
