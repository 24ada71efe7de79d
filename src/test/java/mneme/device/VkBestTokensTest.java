package mneme.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import mneme.device.vulkan.VulkanDevice;

/// On the first Vulkan device of this machine.
class VkBestTokensTest extends BestTokensContract {
  @Override
  Device open() {
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals("vulkan:0")),
        "no Vulkan device on this machine");
    return VulkanDevice.open("vulkan:0");
  }
}
