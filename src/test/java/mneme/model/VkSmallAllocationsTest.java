package mneme.model;

import mneme.device.GraphicsDevices;
import mneme.device.accelerator.Accelerator;

/// On the first Vulkan device of this machine.
class VkSmallAllocationsTest extends SmallAllocationsContract {
  @Override
  Accelerator accelerator() {
    return GraphicsDevices.vulkanAccelerator();
  }
}
