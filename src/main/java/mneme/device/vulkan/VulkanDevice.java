package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.vkDestroyInstance;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.Found;
import mneme.device.MatrixUnits;
import mneme.device.Natives;
import mneme.device.Signals;
import mneme.device.accelerator.AcceleratedDevice;
import org.lwjgl.vulkan.VkInstance;
import org.lwjgl.vulkan.VkPhysicalDevice;

/// Opens devices behind Vulkan.
public final class VulkanDevice {
  private VulkanDevice() {}

  /// @param id as discovery gives it, such as `vulkan:0`
  /// @throws DeviceException kind LOST if there is no such device, FAILED if it lacks what the
  ///   kernels need
  public static Device open(String id, MatrixUnits units) {
    return open(id, units, UnaryOperator.identity());
  }

  /// @param informed adds what is known of the device from elsewhere
  public static Device open(String id, MatrixUnits units, UnaryOperator<Found> informed) {
    Natives.prepare();
    return Signals.kept(() -> find(id, units, informed));
  }

  private static Device find(String id, MatrixUnits units, UnaryOperator<Found> informed) {
    VkInstance instance = VkDiscovery.instance();
    try {
      List<VkPhysicalDevice> devices = VkDiscovery.devices(instance);
      for (int i = 0; i < devices.size(); i++) {
        Found found = VkDiscovery.device(devices.get(i), i);
        if (found.info().id().equals(id)) {
          requireUsable(found, devices.get(i));
          boolean tellsFree = found.tellsFree();
          DeviceInfo info = informed.apply(found).info();
          return open(info, tellsFree, new VkAccelerator(devices.get(i), tellsFree, units));
        }
      }
      throw new DeviceException(DeviceException.Kind.LOST, "there is no device " + id);
    } catch (DeviceException e) {
      vkDestroyInstance(instance, null);
      throw e;
    }
  }

  private static void requireUsable(Found found, VkPhysicalDevice device) {
    Optional<String> missing = VkFeatures.missing(device);
    if (missing.isPresent()) {
      throw new DeviceException(
          DeviceException.Kind.FAILED,
          "%s cannot be used: the kernels need %s".formatted(found.info().id(), missing.get()));
    }
  }

  private static Device open(DeviceInfo info, boolean tellsFree, VkAccelerator accelerator) {
    // What it took for itself is not to be given away again.
    long freeBytes =
        tellsFree
            ? accelerator.heap().freeBytes()
            : Math.max(0, info.freeBytes() - accelerator.allocatedBytes());
    return new AcceleratedDevice(info.withFree(freeBytes), accelerator);
  }
}
