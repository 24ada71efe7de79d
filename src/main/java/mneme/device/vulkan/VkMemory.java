package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.vkDestroyBuffer;
import static org.lwjgl.vulkan.VK10.vkFreeMemory;

import mneme.device.accelerator.Memory;
import org.lwjgl.vulkan.VkDevice;

/// A buffer of a device with memory of its own, and its address there.
record VkMemory(VkDevice device, long buffer, long memory, long address, long bytes)
    implements Memory {
  @Override
  public void release() {
    vkDestroyBuffer(device, buffer, null);
    vkFreeMemory(device, memory, null);
  }
}
