package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_ERROR_DEVICE_LOST;
import static org.lwjgl.vulkan.VK10.VK_ERROR_INITIALIZATION_FAILED;
import static org.lwjgl.vulkan.VK10.VK_ERROR_OUT_OF_DEVICE_MEMORY;
import static org.lwjgl.vulkan.VK10.VK_ERROR_OUT_OF_HOST_MEMORY;
import static org.lwjgl.vulkan.VK10.VK_ERROR_TOO_MANY_OBJECTS;
import static org.lwjgl.vulkan.VK10.VK_SUCCESS;
import static org.lwjgl.vulkan.VK10.VK_TIMEOUT;

import mneme.device.DeviceException;

/// Turns Vulkan's error numbers into exceptions that a supervisor can act on.
final class VkErrors {
  private VkErrors() {}

  /// @param what was tried, for the message
  static void check(int result, String what) {
    if (result != VK_SUCCESS) {
      throw new DeviceException(kind(result), what + " failed with Vulkan error " + result);
    }
  }

  private static DeviceException.Kind kind(int result) {
    return switch (result) {
      case VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_TOO_MANY_OBJECTS ->
          DeviceException.Kind.OUT_OF_MEMORY;
      case VK_ERROR_DEVICE_LOST, VK_ERROR_INITIALIZATION_FAILED, VK_TIMEOUT ->
          DeviceException.Kind.LOST;
      default -> DeviceException.Kind.FAILED;
    };
  }
}
