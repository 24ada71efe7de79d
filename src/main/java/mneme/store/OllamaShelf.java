package mneme.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The store of an Ollama on this machine, read only: nothing is ever written there, because Ollama
/// deletes what it does not know.
///
/// Layout: `manifests/<host>/<namespace>/<model>/<tag>` is JSON that names layers by digest;
/// `blobs/sha256-<64 hex>` holds them (`sha256:` in old stores). Source: ollama, manifest/paths.go.
final class OllamaShelf implements Shelf {
  private static final String MODEL_LAYER = "application/vnd.ollama.image.model";
  private static final String TENSOR_LAYER = "application/vnd.ollama.image.tensor";
  private static final Pattern DIGEST = Pattern.compile("sha256[:-]([0-9a-f]{64})");
  private static final int LEVELS = 4;
  private static final long MOST_MANIFEST_BYTES = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;

  OllamaShelf(Path root) {
    this.root = root;
  }

  @Override
  public List<Entry> entries() {
    Path manifests = root.resolve("manifests");
    List<Entry> found = new ArrayList<>();
    try (var files = Files.walk(manifests, LEVELS)) {
      files
          .filter(file -> manifests.relativize(file).getNameCount() == LEVELS)
          .sorted()
          .forEach(file -> entry(file).ifPresent(found::add));
    } catch (IOException | java.io.UncheckedIOException _) {
      return found;
    }
    return found;
  }

  private Optional<Entry> entry(Path manifest) {
    try {
      if (!Files.isRegularFile(manifest) || Files.size(manifest) > MOST_MANIFEST_BYTES) {
        return Optional.empty();
      }
      byte[] text = Files.readAllBytes(manifest);
      Optional<Path> blob = modelLayer(JSON.readTree(text)).flatMap(this::blob);
      if (blob.isEmpty()) {
        return Optional.empty();
      }
      var model =
          new StoredModel(
              name(manifest),
              Digests.of(text),
              Files.size(blob.get()),
              Files.getLastModifiedTime(manifest).toInstant());
      return Optional.of(new OnDisk(model, blob.get()));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// The digest of the GGUF layer; none for models kept as single tensors.
  private static Optional<String> modelLayer(JsonNode manifest) {
    String digest = "";
    for (JsonNode layer : manifest.path("layers")) {
      String type = layer.path("mediaType").asText();
      if (type.equals(TENSOR_LAYER)) {
        return Optional.empty();
      }
      if (type.equals(MODEL_LAYER) && digest.isEmpty()) {
        digest = layer.path("digest").asText();
      }
    }
    return digest.isEmpty() ? Optional.empty() : Optional.of(digest);
  }

  /// A digest comes from a file and ends up in a path, so only hex digits may pass.
  private Optional<Path> blob(String digest) {
    var match = DIGEST.matcher(digest);
    if (!match.matches()) {
      return Optional.empty();
    }
    Path blobs = root.resolve("blobs");
    Path blob = blobs.resolve("sha256-" + match.group(1));
    Path old = blobs.resolve("sha256:" + match.group(1));
    return Files.isRegularFile(blob)
        ? Optional.of(blob)
        : Optional.of(old).filter(Files::isRegularFile);
  }

  /// As Ollama shows it: `model:tag`, with the namespace unless it is `library`, and with the host
  /// unless it is the default one, which is the one that has a `library`.
  private String name(Path manifest) {
    Path parts = root.resolve("manifests").relativize(manifest);
    Path host = root.resolve("manifests").resolve(parts.getName(0));
    String name = parts.getName(2) + ":" + parts.getName(3);
    if (!Files.isDirectory(host.resolve("library"))) {
      return parts.getName(0) + "/" + parts.getName(1) + "/" + name;
    }
    return parts.getName(1).toString().equals("library") ? name : parts.getName(1) + "/" + name;
  }
}
