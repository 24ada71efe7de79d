package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.model.Architectures;
import mneme.store.ModelSource;
import mneme.store.StoredModel;
import mneme.store.UnknownModelException;
import mneme.text.Tokenizers;

/// Reads models from the store. What was read of a model's header is kept, by its digest, so that
/// listing models again costs little.
final class StoreLoader implements Loader {
  private static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  private final ModelSource source;
  private final EngineSettings settings;
  private final Map<String, ServedModel> described = new ConcurrentHashMap<>();

  StoreLoader(ModelSource source, EngineSettings settings) {
    this.source = source;
    this.settings = settings;
  }

  /// Files that cannot be read are left out; asking for one says why.
  @Override
  public List<ServedModel> models() {
    List<ServedModel> models = new ArrayList<>();
    for (StoredModel stored : source.models()) {
      try {
        models.add(described(stored));
      } catch (ModelFormatException | UnknownModelException e) {
        System.getLogger(StoreLoader.class.getName())
            .log(System.Logger.Level.DEBUG, "model '{0}' is left out: {1}", stored.name(), e);
      }
    }
    return models;
  }

  private ServedModel described(StoredModel stored) {
    ServedModel known = described.get(stored.name() + stored.digest());
    if (known != null) {
      return known;
    }
    try (ModelFile file = source.open(stored)) {
      return describe(stored, file);
    }
  }

  @Override
  public Blueprint load(String name) {
    StoredModel stored =
        source
            .find(name)
            .orElseThrow(() -> new EngineException(Event.Failure.NO_SUCH_MODEL, unknown(name)));
    ModelFile file = open(stored);
    try {
      ServedModel model = describe(stored, file);
      Graph graph = Architectures.graph(file, model.contextTokens());
      MemoryPlan plan = MemoryPlan.of(graph.needs(), settings.kv(), settings.pageTokens());
      return new Blueprint(model, graph, plan, settings.numerics(), file);
    } catch (ModelFormatException e) {
      file.close();
      throw unreadable(stored, e);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private ModelFile open(StoredModel stored) {
    try {
      return source.open(stored);
    } catch (ModelFormatException e) {
      throw unreadable(stored, e);
    }
  }

  private static EngineException unreadable(StoredModel stored, ModelFormatException fault) {
    return new EngineException(
        Event.Failure.INTERNAL,
        "model '%s' cannot be loaded: %s".formatted(stored.name(), fault.getMessage()));
  }

  private String unknown(String name) {
    return "model '%s' not found; known are %s"
        .formatted(name, source.models().stream().map(StoredModel::name).toList());
  }

  private ServedModel describe(StoredModel stored, ModelFile file) {
    return described.computeIfAbsent(stored.name() + stored.digest(), _ -> read(stored, file));
  }

  private ServedModel read(StoredModel stored, ModelFile file) {
    Metadata metadata = file.metadata();
    String template = metadata.text(CHAT_TEMPLATE, "");
    return new ServedModel(
        stored.name(),
        metadata,
        Tokenizers.of(file),
        contextTokens(metadata),
        template.isEmpty() ? Optional.empty() : Optional.of(template),
        stored.fileBytes(),
        stored.digest(),
        file.tensors().stream().mapToLong(Tensor::elements).sum(),
        mainEncoding(file));
  }

  private int contextTokens(Metadata metadata) {
    String key = metadata.architecture() + ".context_length";
    int trained = metadata.integer(key, settings.contextTokens());
    return trained < 1 ? settings.contextTokens() : Math.min(trained, settings.contextTokens());
  }

  /// The encoding that holds most of the bytes.
  private static String mainEncoding(ModelFile file) {
    Map<String, Long> bytes = new HashMap<>();
    for (Tensor tensor : file.tensors()) {
      bytes.merge(tensor.encoding().name(), tensor.bytes(), Long::sum);
    }
    return bytes.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse("none");
  }
}
