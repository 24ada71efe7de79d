package mneme.cli;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.api.Settings;
import mneme.store.Catalog;

/// What [Doctor] asks of the configuration, the models and the port.
final class ServiceChecks {
  private static final List<String> SHOWN =
      List.of(
          "mneme.engine.devices",
          "mneme.engine.threads",
          "mneme.engine.numerics",
          "mneme.engine.context-tokens",
          "mneme.engine.page-tokens",
          "mneme.engine.kv",
          "mneme.engine.pool",
          "mneme.engine.step",
          "mneme.models.directories");

  private ServiceChecks() {}

  static List<Finding> models(Config config, Catalog catalog) {
    List<Finding> findings = new ArrayList<>();
    for (String folder : folders(config)) {
      if (!Files.isDirectory(Path.of(folder))) {
        findings.add(
            Finding.problem(
                "models",
                "there is no folder '" + folder + "'",
                "make it, or correct mneme.models.directories"));
      }
    }
    int count = catalog.models().size();
    findings.add(
        count > 1
            ? Finding.ok("models", count + " models")
            : Finding.note(
                "models",
                "only the embedded model",
                "put GGUF files or Hugging Face folders into a folder and name it in MNEME_MODELS"));
    return findings;
  }

  private static List<String> folders(Config config) {
    Object value = config.getValue("mneme.models.directories").unwrapped();
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(value.toString().split(java.io.File.pathSeparator, -1)).stream()
            .filter(text -> !text.isBlank())
            .toList();
  }

  static Finding port(Config config, ServerOption server) {
    Settings settings = Settings.of(config);
    String address = settings.host() + ":" + settings.port();
    Optional<String> taken = taken(settings);
    if (taken.isEmpty()) {
      return Finding.ok("port", address + " is free");
    }
    try (Client client = server.client(config)) {
      if (client.isUp()) {
        return Finding.ok("port", "a server answers on " + address);
      }
    }
    return Finding.problem(
        "port",
        "cannot listen on %s: %s".formatted(address, taken.get()),
        "end the other program, or set mneme.http.port or MNEME_HTTP_PORT");
  }

  private static Optional<String> taken(Settings settings) {
    try (ServerSocket socket =
        new ServerSocket(settings.port(), 1, InetAddress.getByName(settings.host()))) {
      return socket.isBound() ? Optional.empty() : Optional.of("not bound");
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// The values that decide most.
  static List<Finding> settings(Config config) {
    return SHOWN.stream()
        .map(key ->
            Finding.ok(
                "setting",
                key
                    + " = "
                    + config
                        .getValue(key)
                        .render(com.typesafe.config.ConfigRenderOptions.concise())))
        .toList();
  }
}
