package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceMemoryProperties2;

import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryBudgetPropertiesEXT;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties2;

/// The heap in which buffers of a device lie, as it stands now: that of the first memory type on
/// the device, which [VkMemories] takes. A device may show a second one, a window of the host on
/// the same memory, which must not be counted again.
///
/// @param isTold whether the driver has the budget extension; else budget and use are 0
/// @param budgetBytes that this process may have there, other processes' use taken off
/// @param usedBytes of it that this process has
record VkHeap(long bytes, boolean isTold, long budgetBytes, long usedBytes) {
  private static final VkHeap NONE = new VkHeap(0, false, 0, 0);

  /// @param hasBudget whether the device has `VK_EXT_memory_budget`
  static VkHeap of(VkPhysicalDevice device, boolean hasBudget) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var budget = VkPhysicalDeviceMemoryBudgetPropertiesEXT.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceMemoryProperties2.calloc(stack).sType$Default();
      if (hasBudget) {
        all.pNext(budget);
      }
      vkGetPhysicalDeviceMemoryProperties2(device, all);
      VkPhysicalDeviceMemoryProperties memory = all.memoryProperties();
      for (int i = 0; i < memory.memoryTypeCount(); i++) {
        if ((memory.memoryTypes(i).propertyFlags() & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) != 0) {
          int heap = memory.memoryTypes(i).heapIndex();
          return new VkHeap(
              memory.memoryHeaps(heap).size(),
              hasBudget,
              budget.heapBudget(heap),
              budget.heapUsage(heap));
        }
      }
    }
    return NONE;
  }

  /// What this process may still have, as far as the driver tells; else all of it.
  long freeBytes() {
    return isTold ? Math.clamp(budgetBytes - usedBytes, 0, bytes) : bytes;
  }
}
