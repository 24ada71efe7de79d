package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import mneme.device.SharedTensors;
import mneme.format.Decoder;
import mneme.format.Tensor;

/// The weights that programs of an accelerator share: matrices in [Panels], everything small as
/// f32.
record WeightStore(
    Accelerator accelerator, SharedTensors<Matrix> matrices, SharedTensors<Memory> vectors) {
  /// @param largestBytes most that the device allocates at once
  static WeightStore of(Accelerator accelerator, long largestBytes) {
    return new WeightStore(
        accelerator,
        new SharedTensors<>(
            tensor -> Matrix.upload(tensor, accelerator, largestBytes), Matrix::release),
        new SharedTensors<>(tensor -> vector(tensor, accelerator), Memory::release));
  }

  private static Memory vector(Tensor tensor, Accelerator accelerator) {
    MemorySegment numbers = MemorySegment.ofArray(Decoder.all(tensor));
    return upload(
        tensor, numbers.byteSize(), accelerator, made -> accelerator.write(made, 0, numbers));
  }

  /// Memory for `bytes` of a tensor, written by `write`. Holds nothing if that fails.
  static Memory upload(Tensor tensor, long bytes, Accelerator accelerator, Consumer<Memory> write) {
    Memory memory = accelerator.allocate(bytes, "tensor '" + tensor.name() + "'");
    try {
      write.accept(memory);
    } catch (RuntimeException | Error e) {
      accelerator.finish(); // part of it may be on its way
      memory.release();
      throw e;
    }
    return memory;
  }
}
