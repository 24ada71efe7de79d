package mneme.cli;

import mneme.device.Device;
import mneme.device.MatrixUnits;
import mneme.device.host.HostDevice;
import mneme.device.host.OpTimes;
import mneme.engine.DeviceChoice;
import picocli.CommandLine.Option;

/// Which device a command computes on.
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "ID",
      defaultValue = "host",
      description = "The device, as `mneme devices` names it (${DEFAULT-VALUE}).")
  private String id;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the host that compute (default: one a core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /// The caller closes it.
  Device open() {
    if (threads < 1) {
      throw new WrongInputException("--threads is " + threads + ", wanted at least 1");
    }
    return DeviceChoice.opening(id, threads, MatrixUnits.AUTO).get();
  }

  /// The host, which notes in `times` what its ops take. The caller closes it.
  Device openTimed(OpTimes times) {
    if (!id.equals("host")) {
      throw new WrongInputException("--ops: only the device 'host' can time its ops");
    }
    return new HostDevice(threads, times);
  }
}
