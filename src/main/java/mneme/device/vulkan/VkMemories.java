package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
import static org.lwjgl.vulkan.VK10.VK_BUFFER_USAGE_TRANSFER_DST_BIT;
import static org.lwjgl.vulkan.VK10.VK_BUFFER_USAGE_TRANSFER_SRC_BIT;
import static org.lwjgl.vulkan.VK10.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
import static org.lwjgl.vulkan.VK10.VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
import static org.lwjgl.vulkan.VK10.VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
import static org.lwjgl.vulkan.VK10.VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
import static org.lwjgl.vulkan.VK10.VK_SHARING_MODE_EXCLUSIVE;
import static org.lwjgl.vulkan.VK10.VK_SUCCESS;
import static org.lwjgl.vulkan.VK10.vkAllocateMemory;
import static org.lwjgl.vulkan.VK10.vkBindBufferMemory;
import static org.lwjgl.vulkan.VK10.vkCreateBuffer;
import static org.lwjgl.vulkan.VK10.vkDestroyBuffer;
import static org.lwjgl.vulkan.VK10.vkGetBufferMemoryRequirements;
import static org.lwjgl.vulkan.VK10.vkGetPhysicalDeviceMemoryProperties;
import static org.lwjgl.vulkan.VK10.vkMapMemory;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceProperties2;
import static org.lwjgl.vulkan.VK12.VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
import static org.lwjgl.vulkan.VK12.VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
import static org.lwjgl.vulkan.VK12.vkGetBufferDeviceAddress;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import mneme.device.DeviceException;
import mneme.device.accelerator.Tally;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkBufferCreateInfo;
import org.lwjgl.vulkan.VkBufferDeviceAddressInfo;
import org.lwjgl.vulkan.VkDevice;
import org.lwjgl.vulkan.VkMemoryAllocateFlagsInfo;
import org.lwjgl.vulkan.VkMemoryAllocateInfo;
import org.lwjgl.vulkan.VkMemoryRequirements;
import org.lwjgl.vulkan.VkPhysicalDeviceMaintenance3Properties;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties2;

/// Gives memory of one device.
final class VkMemories {
  private static final int VISIBLE =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

  /// Sizes are multiples of this, so that filling may go to the end.
  private static final long GRAIN_BYTES = 16;

  /// Drivers round sizes up to pages of theirs, none of them larger.
  private static final long PAGE_BYTES = 2 << 20;

  private final VkDevice device;
  private final long largestBytes;
  private final Tally tally = new Tally();

  VkMemories(VkDevice device) {
    this.device = device;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var limits = VkPhysicalDeviceMaintenance3Properties.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceProperties2(device.getPhysicalDevice(), all.pNext(limits));
      largestBytes = largestBytes(limits.maxMemoryAllocationSize());
    }
  }

  /// Most bytes of a buffer whose memory is sure to keep to the limit.
  ///
  /// @param mostMemory as the driver says it: without a sign
  static long largestBytes(long mostMemory) {
    return (mostMemory < 0 ? Long.MAX_VALUE : mostMemory) / PAGE_BYTES * PAGE_BYTES;
  }

  /// On the device.
  ///
  /// @throws DeviceException kind OUT_OF_MEMORY
  VkMemory allocate(long bytes, String what) {
    return allocate(bytes, what, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0);
  }

  /// For the host to write or to read, cached there if possible.
  VkMemory allocateVisible(long bytes) {
    return allocate(bytes, "staging", VK_MEMORY_PROPERTY_HOST_CACHED_BIT, VISIBLE);
  }

  private VkMemory allocate(long bytes, String what, int wished, int needed) {
    long size = Math.max(1, (bytes + GRAIN_BYTES - 1) / GRAIN_BYTES) * GRAIN_BYTES;
    if (size > largestBytes) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "%s wants %d bytes at once, the device gives at most %d"
              .formatted(what, bytes, largestBytes));
    }
    String made = what + " of " + bytes + " bytes";
    try (MemoryStack stack = MemoryStack.stackPush()) {
      LongBuffer handle = stack.mallocLong(1);
      VkErrors.check(vkCreateBuffer(device, buffer(size, stack), null, handle), made);
      long buffer = handle.get(0);
      var requirements = VkMemoryRequirements.calloc(stack);
      vkGetBufferMemoryRequirements(device, buffer, requirements);
      Type type = type(requirements.memoryTypeBits(), wished, needed);
      var allocate =
          VkMemoryAllocateInfo.calloc(stack)
              .sType$Default()
              .pNext(
                  VkMemoryAllocateFlagsInfo.calloc(stack)
                      .sType$Default()
                      .flags(VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT))
              .allocationSize(requirements.size())
              .memoryTypeIndex(type.index());
      int result = vkAllocateMemory(device, allocate, null, handle);
      if (result != VK_SUCCESS) {
        vkDestroyBuffer(device, buffer, null);
        VkErrors.check(result, made);
      }
      long memory = handle.get(0);
      VkErrors.check(vkBindBufferMemory(device, buffer, memory, 0), made);
      var address = VkBufferDeviceAddressInfo.calloc(stack).sType$Default().buffer(buffer);
      var taken = new VkMemory.Size(bytes, type.isLocal() ? requirements.size() : 0, tally);
      return new VkMemory(device, buffer, memory, vkGetBufferDeviceAddress(device, address), taken);
    }
  }

  private static VkBufferCreateInfo buffer(long size, MemoryStack stack) {
    return VkBufferCreateInfo.calloc(stack)
        .sType$Default()
        .size(size)
        .usage(
            VK_BUFFER_USAGE_STORAGE_BUFFER_BIT
                | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT
                | VK_BUFFER_USAGE_TRANSFER_SRC_BIT
                | VK_BUFFER_USAGE_TRANSFER_DST_BIT)
        .sharingMode(VK_SHARING_MODE_EXCLUSIVE);
  }

  /// Bytes of the device's own memory that are allocated.
  long allocatedBytes() {
    return tally.bytes();
  }

  /// @param isLocal whether its memory is the device's own
  private record Type(int index, boolean isLocal) {}

  /// The first type among `allowed` that has what is needed, and what is wished if there is one.
  private Type type(int allowed, int wished, int needed) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var memory = VkPhysicalDeviceMemoryProperties.calloc(stack);
      vkGetPhysicalDeviceMemoryProperties(device.getPhysicalDevice(), memory);
      for (int flags : new int[] {needed | wished, needed}) {
        for (int i = 0; i < memory.memoryTypeCount(); i++) {
          boolean isAllowed = (allowed >> i & 1) != 0;
          int has = memory.memoryTypes(i).propertyFlags();
          if (isAllowed && (has & flags) == flags) {
            return new Type(i, (has & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) != 0);
          }
        }
      }
    }
    throw new DeviceException(DeviceException.Kind.FAILED, "the device has no such memory");
  }

  /// The host's view of memory that is visible; it ends with the memory.
  MemorySegment mapped(VkMemory visible) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer address = stack.mallocPointer(1);
      VkErrors.check(
          vkMapMemory(device, visible.memory(), 0, visible.bytes(), 0, address), "mapping memory");
      return MemorySegment.ofAddress(address.get(0)).reinterpret(visible.bytes());
    }
  }
}
