package mneme.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.vulkan.VulkanDevice;

/// One model of each kind of memory on the first Vulkan device of this machine.
class VkSameBitsTest extends SameBitsContract {
  @Override
  Device open() {
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals("vulkan:0")),
        "no Vulkan device on this machine");
    return VulkanDevice.open("vulkan:0");
  }

  @Override
  Stream<String> models() {
    return Stream.of(
        "goldens/llama",
        "goldens/gemma3",
        "goldens/deepseek2",
        "goldens/falcon-h1",
        "goldens/mamba2",
        "goldens/qwen35",
        "goldens-hf/xlstm");
  }
}
