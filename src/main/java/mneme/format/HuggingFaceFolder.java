package mneme.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A folder as the Hugging Face hub has it: `config.json`, and `model.safetensors` or the shards
/// that `model.safetensors.index.json` names. The keys of the config stand under `config.`.
public final class HuggingFaceFolder implements ModelFile {
  private static final long LARGEST_JSON_BYTES = 256L << 20;
  private static final String WHOLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Metadata metadata;
  private final List<Safetensors> shards = new ArrayList<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private HuggingFaceFolder(Path folder) {
    Map<String, Object> values = new HashMap<>();
    Json.flatten("config.", json(folder.resolve("config.json")), values);
    if (!(values.get("config.model_type") instanceof String type)) {
      throw new MalformedFileException(
          Fault.MISSING_KEY, 0, folder + "/config.json has no text 'model_type'");
    }
    values.put("general.architecture", type);
    addTokenizer(folder, values);
    this.metadata = new Metadata(values);
  }

  /// `tokenizer.json` as it is, the keys of the files beside it, and the chat template, which lies
  /// in a file of its own or in `tokenizer_config.json`. All of them may be absent.
  private static void addTokenizer(Path folder, Map<String, Object> values) {
    text(folder.resolve("tokenizer.json"))
        .ifPresent(json -> values.put("tokenizer.huggingface.json", json));
    Path config = folder.resolve("tokenizer_config.json");
    if (Files.exists(config)) {
      JsonNode keys = json(config);
      Json.flatten("tokenizer.config.", keys, values);
      template(keys.path("chat_template"))
          .ifPresent(template -> values.put("tokenizer.chat_template", template));
    }
    text(folder.resolve("chat_template.jinja"))
        .ifPresent(template -> values.put("tokenizer.chat_template", template));
    Path generation = folder.resolve("generation_config.json");
    if (Files.exists(generation)) {
      Json.flatten("generation.", json(generation), values);
    }
  }

  /// One template, or the one named default of a list.
  private static Optional<String> template(JsonNode given) {
    for (JsonNode named : given) {
      if (named.path("name").asText().equals("default")) {
        return Optional.of(named.path("template").asText());
      }
    }
    return given.isTextual() ? Optional.of(given.asText()) : Optional.empty();
  }

  /// @throws ModelFormatException if a file is missing or malformed
  public static HuggingFaceFolder open(Path folder) {
    HuggingFaceFolder opened = new HuggingFaceFolder(folder);
    try {
      opened.map(folder);
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private void map(Path folder) {
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      add(folder.resolve(WHOLE));
      return;
    }
    JsonNode places = json(index).path("weight_map");
    TreeSet<String> files = new TreeSet<>();
    places.forEach(file -> files.add(file.asText()));
    for (String file : files) {
      Path path = folder.resolve(file).normalize();
      if (!folder.normalize().equals(path.getParent())) {
        throw new MalformedFileException(
            Fault.BAD_PATH, 0, "shard '" + file + "' does not lie in the folder itself");
      }
      add(path);
    }
    for (Map.Entry<String, JsonNode> place : places.properties()) {
      if (!tensors.containsKey(place.getKey())) {
        throw new MalformedFileException(
            Fault.DATA_TRUNCATED,
            0,
            "tensor '%s' is in none of the shards %s".formatted(place.getKey(), files));
      }
    }
  }

  private void add(Path path) {
    Safetensors shard = Safetensors.open(path);
    shards.add(shard);
    for (Tensor tensor : shard.tensors()) {
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw new MalformedFileException(
            Fault.DUPLICATE_TENSOR, 0, "tensor '" + tensor.name() + "' stands in two shards");
      }
    }
  }

  private static JsonNode json(Path path) {
    return Json.object(bytes(path), path.toString());
  }

  private static Optional<String> text(Path path) {
    return Files.exists(path)
        ? Optional.of(new String(bytes(path), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static byte[] bytes(Path path) {
    try {
      if (!Files.isRegularFile(path) || Files.size(path) > LARGEST_JSON_BYTES) {
        throw new MalformedFileException(
            Fault.NOT_A_FILE,
            0,
            "%s is no file, or has more than %d bytes".formatted(path, LARGEST_JSON_BYTES));
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  @Override
  public Collection<Tensor> tensors() {
    return Collections.unmodifiableCollection(tensors.values());
  }

  @Override
  public void close() {
    shards.forEach(Safetensors::close);
  }
}
