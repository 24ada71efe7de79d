package mneme.engine;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// On the first Vulkan device of this machine.
class VkDeviceBytesTest extends DeviceBytesContract {
  @Override
  Device open() {
    return GraphicsDevices.vulkan();
  }
}
