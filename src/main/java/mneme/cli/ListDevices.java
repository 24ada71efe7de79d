package mneme.cli;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Locale;
import mneme.device.Bandwidth;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DeviceTable;
import mneme.device.Devices;
import mneme.engine.DeviceChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "devices",
    description = "Lists the devices of this machine, and why each one that is not used is not.")
final class ListDevices implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;

  @Option(
      names = "--probe",
      description = "Also measure how fast each device that is used copies its own memory.")
  private boolean isProbing;

  @Override
  public void run() {
    Config config = configured.config();
    List<String> named = DeviceChoice.ids(config);
    List<DeviceInfo> devices =
        Devices.discover().stream().map(device -> Devices.as(device, named)).toList();
    DeviceTable.lines(devices).forEach(spec.commandLine().getOut()::println);
    if (isProbing) {
      named.forEach(id -> probe(id, config.getInt("mneme.engine.threads")));
    }
  }

  private void probe(String id, int threads) {
    try (Device device = DeviceChoice.opening(id, threads).get()) {
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%s copies its memory at %.1f GB/s, read and written%n",
              id,
              Bandwidth.bytesPerSecond(device) / 1e9);
    }
  }
}
