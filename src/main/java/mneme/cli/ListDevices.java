package mneme.cli;

import com.typesafe.config.Config;
import java.util.List;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DeviceTable;
import mneme.device.Devices;
import mneme.device.probe.Notes;
import mneme.device.probe.Speeds;
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
      description = "Measure anew how fast each device that is used copies its own memory.")
  private boolean isProbing;

  @Override
  public void run() {
    Config config = configured.config();
    List<String> named = DeviceChoice.ids(config);
    List<DeviceInfo> devices =
        Devices.discover().stream().map(device -> Devices.as(device, named)).toList();
    Speeds speeds = new Speeds(Notes.ofUser());
    if (isProbing) {
      named.forEach(id -> probe(id, config.getInt("mneme.engine.threads"), speeds));
    }
    DeviceTable.lines(devices, speeds::known).forEach(spec.commandLine().getOut()::println);
  }

  private static void probe(String id, int threads, Speeds speeds) {
    try (Device device = DeviceChoice.opening(id, threads).get()) {
      speeds.measure(device);
    }
  }
}
