package mneme.device.opencl;

import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.accelerator.AcceleratedDevice;

/// Opens devices behind OpenCL.
public final class ClDevice {
  private ClDevice() {}

  /// @param id as discovery gives it, such as `opencl:0`
  /// @throws DeviceException kind LOST if there is no such device
  public static Device open(String id) {
    return ClDiscovery.devices().stream()
        .filter(device -> device.found().info().id().equals(id))
        .findFirst()
        .map(device ->
            new AcceleratedDevice(
                device.found().info(), new ClAccelerator(device.platform(), device.device())))
        .orElseThrow(
            () -> new DeviceException(DeviceException.Kind.LOST, "there is no device " + id));
  }
}
