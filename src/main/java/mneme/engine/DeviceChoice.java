package mneme.engine;

import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.host.HostDevice;
import mneme.device.none.NullDevice;
import mneme.device.opencl.ClDevice;

/// Opens the device that the configuration names.
final class DeviceChoice {
  private DeviceChoice() {}

  /// @param id as in [mneme.device.DeviceInfo#id]
  /// @param threads that compute on the host; 0: one for each processor
  static Supplier<Device> of(String id, int threads) {
    return switch (id) {
      case "host" -> () -> threads > 0 ? new HostDevice(threads) : new HostDevice();
      case "none" -> NullDevice::new;
      case String opencl when opencl.startsWith("opencl:") -> () -> ClDevice.open(opencl);
      default ->
          throw new IllegalArgumentException(
              "mneme.engine.device is '%s'; known are host, none and the opencl devices that `mneme devices` lists"
                  .formatted(id));
    };
  }
}
