package mneme.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.vulkan.VulkanDevice;

/// On the first Vulkan device of this machine.
class VkProgramSizeTest extends ProgramSizeContract {
  @Override
  Device open() {
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals("vulkan:0")),
        "no Vulkan device on this machine");
    return VulkanDevice.open("vulkan:0");
  }
}
