package mneme.device;

import java.util.stream.Stream;
import mneme.device.accelerator.Accelerator;

/// In the matrix units of the first Vulkan device of this machine; of the encodings some.
class MatrixUnitsSlicedOpsTest extends SlicedOpsContract {
  static Stream<OpCase> cases() {
    return SlicedOpsContract.cases()
        .filter(opCase -> opCase.name().matches("(block )?product (F16|Q8_0|Q4_K)\\b.*"))
        .map(opCase -> opCase.with(Numerics.QUANTIZED));
  }

  @Override
  Accelerator open() {
    return GraphicsDevices.matrixUnitsAccelerator();
  }
}
