package mneme.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import mneme.store.StoredModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "list", aliases = "ls", description = "Lists the models on this machine.")
final class ListModels implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;

  @Override
  public void run() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "ID", "SIZE", "MODIFIED"));
    Instant now = Instant.now();
    for (StoredModel model : configured.catalog().models()) {
      rows.add(
          List.of(
              model.name(),
              model.digest().substring(0, 12),
              Humane.bytes(model.fileBytes()),
              Humane.ago(Duration.between(model.modifiedAt(), now))));
    }
    Humane.table(rows).forEach(spec.commandLine().getOut()::println);
  }
}
