package mneme.cli;

import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import mneme.store.Catalog;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Checks Java, memory, devices, models and the port, and tests each device that is used.",
      "Says what to do about each problem; exit code 1 if there is one."
    })
final class Doctor implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ServerOption server;

  @Override
  public Integer call() {
    Config config = configured.config();
    List<Finding> findings = new ArrayList<>();
    findings.addAll(MachineChecks.all());
    findings.addAll(DeviceChecks.all(config));
    findings.addAll(ServiceChecks.models(config, Catalog.of(config)));
    findings.add(ServiceChecks.port(config, server));
    findings.addAll(ServiceChecks.settings(config));
    findings.forEach(this::print);
    long problems = findings.stream().filter(one -> one.grade() == Finding.Grade.PROBLEM).count();
    out().println(problems == 0 ? "no problems" : problems + " to solve");
    return problems == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void print(Finding finding) {
    out()
        .printf(
            Locale.ROOT,
            "%-7s  %-10s  %s%n",
            finding.grade().name().toLowerCase(Locale.ROOT),
            finding.subject(),
            finding.found());
    finding.remedy().ifPresent(remedy -> out().println(" ".repeat(21) + "-> " + remedy));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
