package mneme.cli;

import mneme.device.DeviceTable;
import mneme.device.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "devices",
    description = "Lists the devices of this machine, and why each one that is not used is not.")
final class ListDevices implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    DeviceTable.lines(Devices.discover()).forEach(spec.commandLine().getOut()::println);
  }
}
