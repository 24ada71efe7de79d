package mneme.device;

import mneme.device.accelerator.Accelerator;

/// On the first Vulkan device of this machine.
class VkPartedPoolTest extends PartedPoolContract {
  @Override
  Accelerator open() {
    return GraphicsDevices.vulkanAccelerator();
  }
}
