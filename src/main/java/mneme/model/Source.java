package mneme.model;

import java.util.List;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// A model file as an architecture reads it: keys under the architecture's own prefix, tensors by
/// layer. A key may hold one number for all layers or a list with one a layer.
public final class Source {
  private final ModelFile file;
  private final Metadata metadata;
  private final String prefix;
  private final String layerPrefix;
  private final int contextTokens;

  /// A file with the keys and tensor names of GGUF.
  public Source(ModelFile file, int contextTokens) {
    this(file, file.metadata().architecture() + ".", "blk.", contextTokens);
  }

  private Source(ModelFile file, String prefix, String layerPrefix, int contextTokens) {
    this.file = file;
    this.metadata = file.metadata();
    this.prefix = prefix;
    this.layerPrefix = layerPrefix;
    this.contextTokens = contextTokens;
  }

  /// A Hugging Face folder with the keys of its own `config.json`; the tensors of layer N have
  /// names that start with `layerPrefix`, N and a dot.
  public static Source ofConfig(ModelFile folder, String layerPrefix, int contextTokens) {
    return new Source(folder, "config.", layerPrefix, contextTokens);
  }

  /// The longest sequence to be served, in tokens.
  public int contextTokens() {
    return contextTokens;
  }

  /// Whether the file is a Hugging Face folder under the names of GGUF.
  public boolean isTranslated() {
    return metadata.has("config.model_type");
  }

  public String architecture() {
    return metadata.architecture();
  }

  /// Layers of the model itself; those that only guess tokens ahead come after them.
  public int layers() {
    int layers = layers("block_count") - integer("nextn_predict_layers", 0);
    return positive("block_count", layers);
  }

  /// The number of layers under that key, those included that only guess tokens ahead. A layer has
  /// a tensor at least, so that a wrong number cannot keep anyone busy.
  public int layers(String key) {
    int layers = positive(key);
    if (layers > file.tensors().size()) {
      throw new ModelFormatException(
          "key '%s%s' is %d, but the file has %d tensors only"
              .formatted(prefix, key, layers, file.tensors().size()));
    }
    return layers;
  }

  /// Width of the residual stream.
  public int width() {
    return positive("embedding_length");
  }

  public boolean has(String key) {
    return metadata.has(prefix + key);
  }

  public int integer(String key) {
    return metadata.integer(prefix + key);
  }

  public int integer(String key, int otherwise) {
    return metadata.integer(prefix + key, otherwise);
  }

  /// An integer that must be at least 1.
  public int positive(String key) {
    return positive(key, integer(key));
  }

  public float real(String key) {
    float value =
        metadata.values().get(prefix + key) instanceof Long whole
            ? whole
            : metadata.real(prefix + key);
    if (Float.isNaN(value)) {
      throw new ModelFormatException("key '" + prefix + key + "' is no number");
    }
    return value;
  }

  public float real(String key, float otherwise) {
    return has(key) ? real(key) : otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    return metadata.flag(prefix + key, otherwise);
  }

  public String text(String key, String otherwise) {
    return metadata.text(prefix + key, otherwise);
  }

  /// The number that stands for `layer`.
  public int perLayer(String key, int layer, int otherwise) {
    if (!metadata.isList(prefix + key)) {
      return integer(key, otherwise);
    }
    var numbers = metadata.integers(prefix + key);
    if (layer >= numbers.size()) {
      throw new ModelFormatException(
          "key '%s%s' has %d numbers, too few for layer %d"
              .formatted(prefix, key, numbers.size(), layer));
    }
    return Math.toIntExact(numbers.get(layer));
  }

  /// A list of flags, one a layer.
  public boolean flagOfLayer(String key, int layer) {
    var flags = metadata.flags(prefix + key);
    if (layer >= flags.size()) {
      throw new ModelFormatException(
          "key '%s%s' has %d flags, too few for layer %d"
              .formatted(prefix, key, flags.size(), layer));
    }
    return flags.get(layer);
  }

  public List<String> texts(String key) {
    return metadata.texts(prefix + key);
  }

  public List<Long> integers(String key) {
    return metadata.integers(prefix + key);
  }

  /// Numbers of either kind.
  public List<Float> reals(String key) {
    if (!has(key)) {
      return List.of();
    }
    boolean isWhole =
        metadata.values().get(prefix + key) instanceof List<?> list
            && list.stream().allMatch(Long.class::isInstance);
    return isWhole
        ? integers(key).stream().map(Long::floatValue).toList()
        : metadata.reals(prefix + key).stream().map(Double::floatValue).toList();
  }

  public boolean isList(String key) {
    return metadata.isList(prefix + key);
  }

  public Tensor tensor(String name) {
    return file.tensor(name);
  }

  public @Nullable Tensor find(String name) {
    return file.find(name).orElse(null);
  }

  public Layer layer(int index) {
    return new Layer(index);
  }

  private int positive(String key, int value) {
    if (value < 1) {
      throw new ModelFormatException("key '" + prefix + key + "' is " + value + ", not positive");
    }
    return value;
  }

  /// The tensors and numbers of one layer.
  public final class Layer {
    private final int index;

    private Layer(int index) {
      this.index = index;
    }

    public int index() {
      return index;
    }

    public int positive(String key) {
      return Source.this.positive(key, perLayer(key, index, 0));
    }

    public int integer(String key, int otherwise) {
      return perLayer(key, index, otherwise);
    }

    /// `blk.N.name.weight` (or with the prefix that this file has), which must be there.
    public Tensor weight(String name) {
      return file.tensor(fullName(name + ".weight"));
    }

    /// `blk.N.name.weight`, or `blk.N.name` as some families call it.
    public Tensor weightOrPlain(String name) {
      return has(name) ? weight(name) : plain(name);
    }

    /// The tensor of exactly that name after `blk.N.`, which must be there.
    public Tensor plain(String name) {
      return file.tensor(fullName(name));
    }

    public @Nullable Tensor find(String name) {
      return file.find(fullName(name)).orElse(null);
    }

    public @Nullable Tensor bias(String name) {
      return find(name + ".bias");
    }

    public boolean has(String name) {
      return find(name + ".weight") != null;
    }

    private String fullName(String name) {
      return layerPrefix + index + "." + name;
    }
  }
}
