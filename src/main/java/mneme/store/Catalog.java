package mneme.store;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;

/// Every model this machine has: the embedded one, those in the configured folders, and those an
/// Ollama on this machine pulled. Of two with one name the first shelf in that order wins.
public final class Catalog implements ModelSource {
  private static final String LATEST = ":latest";

  private final List<Shelf> shelves;

  private Catalog(List<Shelf> shelves) {
    this.shelves = List.copyOf(shelves);
  }

  /// Reads the keys below `mneme.models`.
  public static Catalog of(Config config) {
    Config models = config.getConfig("mneme.models");
    List<Shelf> shelves = new ArrayList<>();
    shelves.add(new EmbeddedShelf(Places.cache(models.getString("cache"))));
    for (String folder : folders(models)) {
      shelves.add(new FolderShelf(Path.of(folder)));
    }
    Places.ollama(models.getString("ollama")).map(OllamaShelf::new).ifPresent(shelves::add);
    return new Catalog(shelves);
  }

  /// This catalog with a single file or folder added in front, under its own name.
  ///
  /// @throws UnknownModelException if nothing lies at `path` that could be a model
  public Catalog with(Path path) {
    Shelf.Entry entry = at(path).orElseThrow(() -> new UnknownModelException(notAModel(path)));
    List<Shelf> more = new ArrayList<>();
    more.add(() -> List.of(entry));
    more.addAll(shelves);
    return new Catalog(more);
  }

  /// An environment variable gives one text with the system's path separator, a file a list.
  private static List<String> folders(Config models) {
    if (models.getValue("directories").valueType() == ConfigValueType.LIST) {
      return models.getStringList("directories");
    }
    return Stream.of(models.getString("directories").split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .toList();
  }

  @Override
  public List<StoredModel> models() {
    return entries().values().stream().map(Shelf.Entry::model).toList();
  }

  @Override
  public Optional<StoredModel> find(String name) {
    return Optional.ofNullable(entries().get(plain(name))).map(Shelf.Entry::model);
  }

  @Override
  public ModelFile open(StoredModel model) {
    return ModelFiles.open(path(model.name()));
  }

  /// Where the model that `reference` means lies on disk. `reference` is the path of a GGUF file or
  /// of a Hugging Face folder, or a name. Paths are for the command line only: what comes over the
  /// network is looked up with [#find].
  ///
  /// @throws UnknownModelException if there is none; the message lists what there is
  public Path path(String reference) {
    Map<String, Shelf.Entry> entries = entries();
    Shelf.Entry named = entries.get(plain(reference));
    if (named != null) {
      return named.path();
    }
    if (looksLikePath(reference)) {
      Path path = Path.of(reference);
      return at(path)
          .map(Shelf.Entry::path)
          .orElseThrow(() -> new UnknownModelException(notAModel(path)));
    }
    throw UnknownModelException.among(reference, entries.keySet());
  }

  public static boolean looksLikePath(String reference) {
    return reference.indexOf('\0') < 0
        && (reference.endsWith(".gguf")
            || reference.startsWith(".")
            || reference.startsWith(File.separator)
            || Files.exists(Path.of(reference)));
  }

  private static Optional<Shelf.Entry> at(Path path) {
    boolean isModel = Files.isRegularFile(path) || FolderShelf.isHuggingFace(path);
    return isModel ? new FolderShelf(path).entry(path) : Optional.empty();
  }

  private static String notAModel(Path path) {
    return Files.isDirectory(path)
        ? "'" + path + "' has no config.json beside model.safetensors, so it is no model folder"
        : "there is no file '" + path + "'";
  }

  private Map<String, Shelf.Entry> entries() {
    Map<String, Shelf.Entry> byName = new LinkedHashMap<>();
    for (Shelf shelf : shelves) {
      shelf.entries().forEach(entry -> byName.putIfAbsent(plain(entry.model().name()), entry));
    }
    return byName;
  }

  /// A name without a tag means `latest`, so both are one key.
  private static String plain(String name) {
    return name.endsWith(LATEST) ? name.substring(0, name.length() - LATEST.length()) : name;
  }
}
