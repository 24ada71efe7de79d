package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "ps", description = "Lists the models that a running server has loaded.")
final class ListRunning implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ServerOption server;

  @Override
  public void run() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "ID", "SIZE", "CONTEXT", "UNTIL"));
    try (Client client = server.client(configured.config())) {
      for (JsonNode model : client.get("/api/ps").path("models")) {
        String digest = model.path("digest").asText();
        rows.add(
            List.of(
                model.path("name").asText(),
                digest.substring(0, Math.min(12, digest.length())),
                Humane.bytes(model.path("size").asLong()),
                model.path("context_length").asText(),
                model.path("expires_at").asText()));
      }
    }
    Humane.table(rows).forEach(spec.commandLine().getOut()::println);
  }
}
