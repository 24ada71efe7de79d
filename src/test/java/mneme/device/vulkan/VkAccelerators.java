package mneme.device.vulkan;

import mneme.device.MatrixUnits;
import mneme.device.Natives;
import mneme.device.accelerator.Accelerator;

/// Accelerators behind Vulkan, for tests that put something between a device and its kernels.
public final class VkAccelerators {
  private VkAccelerators() {}

  /// @param id of a device that discovery has found
  public static Accelerator open(String id, MatrixUnits units) {
    Natives.prepare();
    var devices = VkDiscovery.devices(VkDiscovery.instance());
    for (int i = 0; i < devices.size(); i++) {
      if (VkDiscovery.device(devices.get(i), i).info().id().equals(id)) {
        return new VkAccelerator(devices.get(i), false, units);
      }
    }
    throw new IllegalArgumentException("there is no device " + id);
  }
}
