package mneme.device;

import java.nio.file.Path;
import java.util.Optional;

/// Where things of one user lie that can be made again.
public final class UserCache {
  private UserCache() {}

  /// `$XDG_CACHE_HOME/mneme/NAME`, else `~/.cache/mneme/NAME`; it may not exist yet.
  public static Path folder(String name) {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(path -> !path.isBlank())
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home", "."), ".cache"))
        .resolve("mneme")
        .resolve(name);
  }
}
