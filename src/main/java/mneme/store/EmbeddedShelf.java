package mneme.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// The model that travels inside Mneme, `mneme-tiny`. A mapped file is needed to run it, so it is
/// copied once to the cache folder: written beside its place, checked, then moved there in one
/// step, so that two processes never see half a file.
final class EmbeddedShelf implements Shelf {
  static final String NAME = "mneme-tiny";

  /// SHA-256 of the resource; a test holds the two together.
  static final String DIGEST = "5624a4b5869fcd412bf4759835d57fa2e61bce303bcec23aa35fa1a2c6c711e8";

  private static final String RESOURCE = NAME + ".gguf";

  private final Path cache;

  /// @param cache folder that holds the copy; made when it is first needed
  EmbeddedShelf(Path cache) {
    this.cache = cache;
  }

  @Override
  public List<Entry> entries() {
    try {
      URLConnection resource = resource();
      try (InputStream _ = resource.getInputStream()) {
        Instant builtAt = Instant.ofEpochMilli(resource.getLastModified());
        return List.of(
            new Embedded(
                new StoredModel(NAME, DIGEST, resource.getContentLengthLong(), builtAt), this));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded model cannot be read", e);
    }
  }

  private record Embedded(StoredModel model, EmbeddedShelf shelf) implements Entry {
    @Override
    public Path path() {
      try {
        return shelf.extracted();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the embedded model cannot be written to "
                + shelf.cache
                + "; set MNEME_CACHE to a folder that can be",
            e);
      }
    }
  }

  private Path extracted() throws IOException {
    Path place = cache.resolve(NAME + "-" + DIGEST.substring(0, 12) + ".gguf");
    if (Files.isRegularFile(place) && Digests.ofContent(place).equals(DIGEST)) {
      return place;
    }
    Files.createDirectories(cache);
    Path draft = Files.createTempFile(cache, NAME, ".part");
    try (InputStream in = resource().getInputStream()) {
      Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
      if (!Digests.ofContent(draft).equals(DIGEST)) {
        throw new IOException("the copy in " + draft + " differs from the original");
      }
      Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
    return place;
  }

  private static URLConnection resource() throws IOException {
    URL url =
        Objects.requireNonNull(EmbeddedShelf.class.getResource(RESOURCE), "resource " + RESOURCE);
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection;
  }
}
