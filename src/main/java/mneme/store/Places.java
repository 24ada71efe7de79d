package mneme.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Folders by the customs of the system.
final class Places {
  private Places() {}

  /// The configured cache folder, else `$XDG_CACHE_HOME/mneme`, else `~/.cache/mneme`.
  static Path cache(String configured) {
    if (!configured.isBlank()) {
      return Path.of(configured);
    }
    return environment("XDG_CACHE_HOME").orElseGet(() -> user().resolve(".cache")).resolve("mneme");
  }

  /// The configured Ollama store; for `auto` the first there is of `$OLLAMA_MODELS`, the user's own
  /// and the Linux service's; none for `off`.
  static Optional<Path> ollama(String configured) {
    return switch (configured) {
      case "off" -> Optional.empty();
      case "auto" ->
          Stream.concat(
                  environment("OLLAMA_MODELS").stream(),
                  Stream.of(
                      user().resolve(".ollama/models"),
                      Path.of("/usr/share/ollama/.ollama/models")))
              .filter(store -> Files.isDirectory(store.resolve("manifests")))
              .findFirst();
      default -> Optional.of(Path.of(configured));
    };
  }

  private static Optional<Path> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(path -> !path.isBlank()).map(Path::of);
  }

  private static Path user() {
    return Path.of(System.getProperty("user.home", "."));
  }
}
