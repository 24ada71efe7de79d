package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// On the first Vulkan device of this machine.
class VkProgramSizeTest extends ProgramSizeContract {
  @Override
  protected Device open() {
    return GraphicsDevices.vulkan();
  }
}
