package mneme.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// A folder of models, at most three levels deep: GGUF files, named after the file, and Hugging
/// Face folders, named after the folder.
final class FolderShelf implements Shelf {
  private static final int DEPTH = 3;

  /// Image encoders and the later parts of a split model are no models of their own.
  private static final Pattern PASSED_OVER =
      Pattern.compile("mmproj.*|.*-(?!00001)\\d{5}-of-\\d{5}\\.gguf");

  private final Path folder;
  private final ConcurrentHashMap<Stamp, String> digests = new ConcurrentHashMap<>();

  /// A digest is computed once for a file that did not change.
  private record Stamp(Path path, long bytes, long modifiedMs) {}

  FolderShelf(Path folder) {
    this.folder = folder;
  }

  @Override
  public List<Entry> entries() {
    List<Entry> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder, EnumSet.noneOf(java.nio.file.FileVisitOption.class), DEPTH, visitor(found));
    } catch (IOException _) {
      // the visitor passes over what it cannot read, so nothing arrives here
    }
    return found;
  }

  private SimpleFileVisitor<Path> visitor(List<Entry> found) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (isModel(file)) {
          entry(file).ifPresent(found::add);
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        if (!isHuggingFace(directory)) {
          return FileVisitResult.CONTINUE;
        }
        entry(directory).ifPresent(found::add);
        return FileVisitResult.SKIP_SUBTREE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException e) {
        return FileVisitResult.CONTINUE;
      }
    };
  }

  private static boolean isModel(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".gguf")
        && !PASSED_OVER.matcher(name).matches()
        && Files.isRegularFile(file);
  }

  static boolean isHuggingFace(Path directory) {
    return Files.isRegularFile(directory.resolve("config.json"))
        && (Files.isRegularFile(directory.resolve("model.safetensors"))
            || Files.isRegularFile(directory.resolve("model.safetensors.index.json")));
  }

  /// The model at `path`, a GGUF file or a Hugging Face folder; empty if it cannot be read.
  Optional<Entry> entry(Path path) {
    String file = path.toAbsolutePath().normalize().getFileName().toString();
    String name = file.endsWith(".gguf") ? file.substring(0, file.length() - 5) : file;
    try {
      Path named = Files.isDirectory(path) ? path.resolve("config.json") : path;
      var modified = Files.getLastModifiedTime(named);
      var stamp = new Stamp(path, bytes(path), modified.toMillis());
      String digest = digests.get(stamp);
      if (digest == null) {
        digest = Digests.ofSample(named);
        digests.put(stamp, digest);
      }
      return Optional.of(
          new OnDisk(new StoredModel(name, digest, stamp.bytes(), modified.toInstant()), path));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static long bytes(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Files.size(path);
    }
    long bytes = 0;
    try (var files = Files.newDirectoryStream(path, "*.safetensors")) {
      for (Path file : files) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
