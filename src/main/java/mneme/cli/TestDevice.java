package mneme.cli;

import java.util.Locale;
import mneme.device.Bandwidth;
import mneme.device.Device;
import mneme.device.SelfTest;
import mneme.engine.DeviceChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What [Doctor] runs in a process of its own, because a broken driver can end the process it is
/// in.
@Command(
    name = "test-device",
    hidden = true,
    description = "Computes a small layer on a device and compares it with known numbers.")
final class TestDevice implements Runnable {
  private static final double MOST = 1e-4;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "As 'mneme devices' lists it.")
  private String id;

  @Override
  public void run() {
    try (Device device = DeviceChoice.opening(id, 0).get()) {
      double error = SelfTest.largestError(device);
      if (!(error < MOST)) {
        throw new IllegalStateException(
            "it computes wrongly: a logit is off by %.3g, at most %.3g is sound"
                .formatted(error, MOST));
      }
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "computes rightly (largest difference %.1e), copies its memory at %.1f GB/s%n",
              error,
              Bandwidth.bytesPerSecond(device) / 1e9);
    }
  }
}
