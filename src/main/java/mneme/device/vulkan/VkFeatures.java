package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceFeatures2;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceProperties2;
import static org.lwjgl.vulkan.VK12.VK_API_VERSION_1_2;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkDeviceCreateInfo;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceFeatures2;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties2;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkan11Features;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkan12Features;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkan12Properties;

/// What the kernels need of a Vulkan device beyond the least that every device has.
final class VkFeatures {
  /// Items of the largest work-group of the kernels.
  private static final int MOST_ITEMS = 256;

  /// Most that one shares.
  private static final int MOST_LOCAL_BYTES = 32 << 10;

  private VkFeatures() {}

  /// The first thing needed that the device has not.
  static Optional<String> missing(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var properties = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceProperties2(device, properties);
      if (properties.properties().apiVersion() < VK_API_VERSION_1_2) {
        return Optional.of("Vulkan 1.2");
      }
      var since11 = VkPhysicalDeviceVulkan11Features.calloc(stack).sType$Default();
      var since12 = VkPhysicalDeviceVulkan12Features.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceFeatures2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceFeatures2(device, all.pNext(since11).pNext(since12));
      List<String> missing = new ArrayList<>();
      if (!all.features().shaderInt64()) {
        missing.add("64-bit integers");
      }
      if (!since12.bufferDeviceAddress()) {
        missing.add("buffer addresses");
      }
      if (!since12.storageBuffer8BitAccess() || !since11.storageBuffer16BitAccess()) {
        missing.add("8-bit and 16-bit storage");
      }
      var limits = properties.properties().limits();
      if (limits.maxComputeWorkGroupInvocations() < MOST_ITEMS
          || limits.maxComputeSharedMemorySize() < MOST_LOCAL_BYTES) {
        missing.add(
            "work-groups of %d items that share %d bytes".formatted(MOST_ITEMS, MOST_LOCAL_BYTES));
      }
      return missing.stream().findFirst();
    }
  }

  /// Asks for those that the kernels need. A struct that has others behind it loses them when it is
  /// put into a chain, so each is put there by itself.
  ///
  /// @param withUnits also for those that kernels for matrix units need
  static VkDeviceCreateInfo enable(
      VkDeviceCreateInfo create, boolean withUnits, MemoryStack stack) {
    var all = VkPhysicalDeviceFeatures2.calloc(stack).sType$Default();
    all.features().shaderInt64(true);
    return create
        .pNext(all)
        .pNext(
            VkPhysicalDeviceVulkan11Features.calloc(stack)
                .sType$Default()
                .storageBuffer16BitAccess(true))
        .pNext(
            VkPhysicalDeviceVulkan12Features.calloc(stack)
                .sType$Default()
                .storageBuffer8BitAccess(true)
                .shaderFloat16(withUnits)
                .vulkanMemoryModel(withUnits)
                .vulkanMemoryModelDeviceScope(withUnits)
                .bufferDeviceAddress(true));
  }

  /// Whether shaders can be told to keep infinities and NaN.
  static boolean keepsNan(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var since12 = VkPhysicalDeviceVulkan12Properties.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceProperties2(device, all.pNext(since12));
      return since12.shaderSignedZeroInfNanPreserveFloat32();
    }
  }
}
