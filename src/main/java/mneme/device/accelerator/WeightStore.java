package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import mneme.device.SharedTensors;
import mneme.format.Decoder;
import mneme.format.Tensor;

/// The weights that programs of an accelerator share: matrices as they lie in the file, everything
/// small as f32.
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
    return upload(tensor.name(), MemorySegment.ofArray(Decoder.all(tensor)), accelerator);
  }

  /// Holds nothing if that fails.
  static Memory upload(String name, MemorySegment data, Accelerator accelerator) {
    Memory memory = accelerator.allocate(data.byteSize(), "tensor '" + name + "'");
    try {
      accelerator.write(memory, 0, data);
    } catch (RuntimeException | Error e) {
      accelerator.finish(); // part of it may be on its way
      memory.release();
      throw e;
    }
    return memory;
  }
}
