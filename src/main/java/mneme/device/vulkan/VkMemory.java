package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.vkDestroyBuffer;
import static org.lwjgl.vulkan.VK10.vkFreeMemory;

import mneme.device.accelerator.Memory;
import mneme.device.accelerator.Tally;
import org.lwjgl.vulkan.VkDevice;

/// A buffer of a device with memory of its own, and its address there.
record VkMemory(VkDevice device, long buffer, long memory, long address, Size size)
    implements Memory {
  /// @param heldBytes of the device's own memory, which `tally` counts
  record Size(long bytes, long heldBytes, Tally tally) {
    Size {
      tally.take(heldBytes);
    }
  }

  @Override
  public long bytes() {
    return size.bytes();
  }

  @Override
  public void release() {
    vkDestroyBuffer(device, buffer, null);
    vkFreeMemory(device, memory, null);
    size.tally().giveBack(size.heldBytes());
  }
}
