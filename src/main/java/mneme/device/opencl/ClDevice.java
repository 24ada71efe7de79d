package mneme.device.opencl;

import java.util.function.UnaryOperator;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.Found;
import mneme.device.Signals;
import mneme.device.accelerator.AcceleratedDevice;

/// Opens devices behind OpenCL.
public final class ClDevice {
  private ClDevice() {}

  /// @param id as discovery gives it, such as `opencl:0`
  /// @throws DeviceException kind LOST if there is no such device
  public static Device open(String id) {
    return open(id, UnaryOperator.identity());
  }

  /// @param informed adds what is known of the device from elsewhere
  public static Device open(String id, UnaryOperator<Found> informed) {
    return ClDiscovery.devices().stream()
        .filter(device -> device.found().info().id().equals(id))
        .findFirst()
        .map(device -> open(device, informed))
        .orElseThrow(
            () -> new DeviceException(DeviceException.Kind.LOST, "there is no device " + id));
  }

  private static Device open(ClDiscovery.Handle device, UnaryOperator<Found> informed) {
    ClAccelerator accelerator =
        Signals.kept(() -> new ClAccelerator(device.platform(), device.device()));
    return new AcceleratedDevice(informed.apply(device.found()).info(), accelerator);
  }
}
