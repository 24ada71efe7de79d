package mneme.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import mneme.format.ModelFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  @TempDir private Path folder;
  private Path cache;
  private Path models;
  private Path ollama;

  @BeforeEach
  void makeFolders() throws IOException {
    cache = folder.resolve("cache");
    models = Files.createDirectories(folder.resolve("models"));
    ollama = Files.createDirectories(folder.resolve("ollama"));
  }

  @Test
  void theEmbeddedModelIsThereAndIsAModel() {
    StoredModel tiny = catalog().find("mneme-tiny").orElseThrow();
    assertThat(tiny.fileBytes()).isEqualTo(4_117_536);
    try (ModelFile file = catalog().open(tiny)) {
      assertThat(file.metadata().architecture()).isEqualTo("granitehybrid");
    }
  }

  @Test
  void theEmbeddedModelsDigestIsThatOfItsBytes() throws IOException {
    Path copy = catalog().path("mneme-tiny");
    assertThat(Digests.ofContent(copy)).isEqualTo(EmbeddedShelf.DIGEST);
  }

  @Test
  void aDamagedCopyOfTheEmbeddedModelIsReplaced() throws IOException {
    Path copy = catalog().path("mneme-tiny");
    Files.writeString(copy, "half a file");
    assertThat(Digests.ofContent(catalog().path("mneme-tiny"))).isEqualTo(EmbeddedShelf.DIGEST);
  }

  @Test
  void manyAskersAtOnceAllGetAWholeCopyAndLeaveNoDraft() throws IOException {
    List<CompletableFuture<Path>> askers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      askers.add(CompletableFuture.supplyAsync(() -> catalog().path("mneme-tiny")));
    }
    for (var asker : askers) {
      assertThat(asker.join()).hasSize(4_117_536);
    }
    try (var files = Files.list(cache)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aFileInAFolderGoesByItsNameWithOrWithoutLatest() throws IOException {
    Files.writeString(models.resolve("story.gguf"), "not read yet");
    Files.createDirectories(models.resolve("maker/tale"));
    Files.writeString(models.resolve("maker/tale/tale-Q4_K_M.gguf"), "nor this");
    Files.writeString(models.resolve("mmproj-story.gguf"), "an image encoder");
    Files.writeString(models.resolve("big-00002-of-00003.gguf"), "a later part");
    assertThat(names()).containsExactlyInAnyOrder("mneme-tiny", "story", "tale-Q4_K_M");
    assertThat(catalog().find("story:latest")).isEqualTo(catalog().find("story")).isPresent();
    assertThat(catalog().path("story")).isEqualTo(models.resolve("story.gguf"));
  }

  @Test
  void aHuggingFaceFolderIsOneModel() throws IOException {
    Path griffin = Files.createDirectories(models.resolve("griffin"));
    Files.writeString(griffin.resolve("config.json"), "{}");
    Files.write(griffin.resolve("model.safetensors"), new byte[100]);
    StoredModel model = catalog().find("griffin").orElseThrow();
    assertThat(model.fileBytes()).isEqualTo(100);
    assertThat(catalog().path(griffin.toString())).isEqualTo(griffin);
  }

  @Test
  void aDigestChangesWithTheFile() throws IOException {
    Path story = Files.writeString(models.resolve("story.gguf"), "once");
    Catalog catalog = catalog();
    String before = catalog.find("story").orElseThrow().digest();
    Files.writeString(story, "upon a time");
    assertThat(catalog.find("story").orElseThrow().digest()).isNotEqualTo(before).hasSize(64);
  }

  @Test
  void whatOllamaPulledIsServedInPlaceAndLeftUntouched() throws IOException {
    String hex = "ab".repeat(32);
    Files.createDirectories(ollama.resolve("blobs"));
    Files.writeString(ollama.resolve("blobs/sha256-" + hex), "weights");
    Files.writeString(ollama.resolve("blobs/sha256-" + hex + "-partial"), "half");
    manifest("host.example/library/llama3.2/1b", layers("model", "sha256:" + hex));
    manifest("host.example/someone/tuned/latest", layers("model", "sha256:" + hex));
    manifest("other.example/org/far/q4", layers("model", "sha256:" + hex));
    manifest("host.example/library/tensors/latest", layers("tensor", "sha256:" + hex));
    manifest("host.example/library/gone/latest", layers("model", "sha256:" + "cd".repeat(32)));
    manifest("host.example/library/evil/latest", layers("model", "sha256:../../../secret"));
    manifest("host.example/library/broken/latest", "{ not json");
    Map<Path, FileTime> before = times(ollama);
    assertThat(names())
        .containsExactlyInAnyOrder(
            "mneme-tiny", "llama3.2:1b", "someone/tuned:latest", "other.example/org/far:q4");
    assertThat(catalog().path("someone/tuned")).isEqualTo(ollama.resolve("blobs/sha256-" + hex));
    assertThat(catalog().find("llama3.2:1b").orElseThrow().fileBytes()).isEqualTo(7);
    assertThat(times(ollama)).isEqualTo(before);
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearestAndTheRest() {
    assertThatThrownBy(() -> catalog().path("mneme-tony"))
        .isInstanceOf(UnknownModelException.class)
        .hasMessageContaining("did you mean 'mneme-tiny'?")
        .hasMessageContaining("Known: mneme-tiny");
    assertThatThrownBy(() -> catalog().path("llama3.3:70b"))
        .hasMessageContaining("not found")
        .hasMessageNotContaining("did you mean");
  }

  @Test
  void aPathIsForTheCommandLineOnly() throws IOException {
    Path file = Files.writeString(folder.resolve("aside.gguf"), "bytes");
    assertThat(catalog().path(file.toString())).isEqualTo(file);
    assertThat(catalog().find(file.toString())).isEmpty();
    assertThat(catalog().with(file).find("aside")).isPresent();
    assertThatThrownBy(() -> catalog().path(folder.resolve("no.gguf").toString()))
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> catalog().path(folder.toString()))
        .hasMessageContaining("no model folder");
  }

  @Test
  void aFolderThatIsNotThereIsEmpty() throws IOException {
    Files.delete(models);
    Files.delete(ollama);
    assertThat(names()).containsExactly("mneme-tiny");
  }

  private void manifest(String name, String json) throws IOException {
    Path file = ollama.resolve("manifests").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, json);
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
  }

  private static String layers(String kind, String digest) {
    return """
    {"schemaVersion": 2, "layers": [
      {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:00"},
      {"mediaType": "application/vnd.ollama.image.%s", "digest": "%s", "size": 7}]}
    """
        .formatted(kind, digest);
  }

  private List<String> names() {
    return catalog().models().stream().map(StoredModel::name).toList();
  }

  private Catalog catalog() {
    Config config =
        ConfigFactory.parseMap(
            Map.of(
                "mneme.models.directories", List.of(models.toString()),
                "mneme.models.ollama", ollama.toString(),
                "mneme.models.cache", cache.toString()));
    return Catalog.of(config);
  }

  private static Map<Path, FileTime> times(Path folder) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}
