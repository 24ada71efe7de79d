package mneme.cli;

import com.typesafe.config.Config;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which server a command speaks to.
final class ServerOption {
  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "A running server (default: where 'mneme serve' would listen).")
  private Optional<URI> server = Optional.empty();

  @Option(names = "--api-key", paramLabel = "KEY", description = "For servers that want one.")
  private Optional<String> apiKey = Optional.empty();

  boolean isGiven() {
    return server.isPresent();
  }

  Client client(Config config) {
    return new Client(server.orElseGet(() -> configured(config)), key(config));
  }

  String key(Config config) {
    List<String> keys = config.getStringList("mneme.http.api-keys");
    return apiKey.orElse(keys.isEmpty() ? "" : keys.getFirst());
  }

  private static URI configured(Config config) {
    String host = config.getString("mneme.http.host");
    String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    String written = reachable.contains(":") ? "[" + reachable + "]" : reachable;
    return URI.create("http://" + written + ":" + config.getInt("mneme.http.port"));
  }
}
