package mneme.cli;

import mneme.device.Device;
import mneme.device.host.HostDevice;
import picocli.CommandLine.Option;

/// Which device a command computes on.
final class DeviceOption {
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
    return new HostDevice(threads);
  }
}
