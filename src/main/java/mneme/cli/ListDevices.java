package mneme.cli;

import java.io.PrintWriter;
import mneme.device.DeviceTable;
import mneme.device.probe.Notes;
import mneme.device.probe.Verdict;
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
      description = {
        "First try each device that is used in a process of its own, whatever is known of it,",
        "and measure how fast it copies its own memory."
      })
  private boolean isProbing;

  @Override
  public void run() {
    DeviceView view = new DeviceView(configured.config(), Notes.ofUser());
    PrintWriter out = spec.commandLine().getOut();
    if (isProbing) {
      for (String id : view.named()) {
        String words = view.tried(id).map(Verdict::words).orElse("there is nothing to try");
        out.println(id + ": " + words);
      }
    }
    DeviceTable.lines(view.all(), view::speed).forEach(out::println);
    view.absent()
        .forEach(id -> out.println("mneme.engine.devices names " + id + ", which is not there"));
  }
}
