package mneme.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "config", description = "Prints every setting that holds and where it came from.")
final class ShowConfig implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;

  @Override
  public void run() {
    Config mneme = configured.config().getConfig("mneme");
    List<List<String>> rows =
        mneme.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry ->
                List.of(
                    "mneme." + entry.getKey(),
                    entry.getValue().render(ConfigRenderOptions.concise()),
                    entry.getValue().origin().description()))
            .toList();
    Humane.table(rows).forEach(spec.commandLine().getOut()::println);
  }
}
