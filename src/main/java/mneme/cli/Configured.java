package mneme.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import mneme.store.Catalog;
import picocli.CommandLine.Option;

/// The configuration, as every command that needs it takes it.
final class Configured {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration (HOCON) that goes before the defaults.")
  private Optional<Path> file = Optional.empty();

  /// The file, then the environment, then the defaults.
  ///
  /// @throws WrongInputException if the file cannot be read or is not HOCON
  Config config() {
    try {
      if (file.isEmpty()) {
        return ConfigFactory.load();
      }
      if (!Files.isRegularFile(file.get())) {
        throw new WrongInputException("there is no configuration file '" + file.get() + "'");
      }
      return ConfigFactory.load(ConfigFactory.parseFile(file.get().toFile()));
    } catch (ConfigException e) {
      throw new WrongInputException("the configuration is wrong: " + e.getMessage());
    }
  }

  Catalog catalog() {
    return Catalog.of(config());
  }
}
