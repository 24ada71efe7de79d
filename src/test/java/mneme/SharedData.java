package mneme;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Test data that is too large, or not ours, to lie in the repository: golden models, vocabularies,
/// chat templates. The system property `mneme.shared` names the folder. Where something is absent
/// the test that asks for it is skipped, and the report says which path it missed.
public final class SharedData {
  private static final Path ROOT =
      Path.of(System.getProperty("mneme.shared", "../shared")).toAbsolutePath().normalize();

  private SharedData() {}

  public static boolean isPresent() {
    return Files.isDirectory(ROOT);
  }

  /// A file or folder below the shared one; the running test is skipped if it is absent.
  public static Path path(String relative) {
    Path path = ROOT.resolve(relative);
    assumeTrue(Files.exists(path), () -> "shared data is absent: " + path);
    return path;
  }

  /// The sub-folders of a shared folder, by name; the running test is skipped if it is absent.
  public static List<Path> folders(String relative) {
    try (var entries = Files.list(path(relative))) {
      return entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every golden model: all architectures, all encodings of weights.
  public static Stream<Path> models() {
    return Stream.concat(
        folders("goldens").stream().map(folder -> folder.resolve("model.gguf")),
        folders("goldens-hf").stream());
  }
}
