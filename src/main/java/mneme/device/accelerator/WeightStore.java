package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import mneme.device.SharedTensors;
import mneme.format.Decoder;
import mneme.format.Tensor;

/// The weights that programs of an accelerator share: matrices as they lie in the file, everything
/// small as f32.
record WeightStore(
    Accelerator accelerator, SharedTensors<Memory> matrices, SharedTensors<Memory> vectors) {
  static WeightStore of(Accelerator accelerator) {
    return new WeightStore(
        accelerator,
        new SharedTensors<>(tensor -> matrix(tensor, accelerator), Memory::release),
        new SharedTensors<>(tensor -> vector(tensor, accelerator), Memory::release));
  }

  private static Memory matrix(Tensor tensor, Accelerator accelerator) {
    return upload(tensor.name(), tensor.data().asSlice(0, tensor.bytes()), accelerator);
  }

  private static Memory vector(Tensor tensor, Accelerator accelerator) {
    return upload(tensor.name(), MemorySegment.ofArray(Decoder.all(tensor)), accelerator);
  }

  private static Memory upload(String name, MemorySegment data, Accelerator accelerator) {
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
