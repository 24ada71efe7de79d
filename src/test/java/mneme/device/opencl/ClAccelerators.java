package mneme.device.opencl;

import mneme.device.accelerator.Accelerator;

/// Accelerators behind OpenCL, for tests that put something between a device and its kernels.
public final class ClAccelerators {
  private ClAccelerators() {}

  /// @param id of a device that discovery has found
  public static Accelerator open(String id) {
    return ClDiscovery.devices().stream()
        .filter(device -> device.found().info().id().equals(id))
        .findFirst()
        .map(device -> new ClAccelerator(device.platform(), device.device()))
        .orElseThrow();
  }
}
