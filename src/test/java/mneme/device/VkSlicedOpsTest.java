package mneme.device;

import java.util.stream.Stream;
import mneme.device.accelerator.Accelerator;

/// On the first Vulkan device of this machine; of the encodings some, as a processor takes long for
/// each.
class VkSlicedOpsTest extends SlicedOpsContract {
  static Stream<OpCase> cases() {
    return SlicedOpsContract.cases()
        .filter(opCase -> opCase.name().matches("block product.*|.* (F32|Q4_K)\\b.*"));
  }

  @Override
  Accelerator open() {
    return GraphicsDevices.vulkanAccelerator();
  }
}
