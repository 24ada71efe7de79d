package mneme.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// A Hugging Face folder under the keys and tensor names of GGUF, for the families that both know.
/// What the folder stores otherwise is derived: decays from their logarithms, stacks of experts,
/// multipliers that GGUF files have folded into their weights.
final class HuggingFace implements ModelFile {
  private final ModelFile folder;
  private final HuggingFaceNames names;
  private final Metadata metadata;
  private final Map<String, Tensor> derived = new HashMap<>();

  private HuggingFace(ModelFile folder, HuggingFaceNames names, Metadata metadata) {
    this.folder = folder;
    this.names = names;
    this.metadata = metadata;
  }

  /// The folder, translated if its family has GGUF names; else as it is.
  static ModelFile translated(ModelFile file) {
    Metadata metadata = file.metadata();
    if (!metadata.has("config.model_type")) {
      return file;
    }
    return HuggingFaceNames.of(metadata.text("config.model_type"))
        .<ModelFile>map(names -> {
          var keys = new HuggingFaceKeys(file);
          var translated = new HuggingFace(file, names, keys.translated());
          keys.multipliers().forEach(translated.derived::put);
          keys.rotaryFactors().ifPresent(t -> translated.derived.put("rope_freqs.weight", t));
          return translated;
        })
        .orElse(file);
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Optional<Tensor> find(String name) {
    Tensor known = derived.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    String theirs = names.theirs(name);
    Optional<Tensor> tensor =
        name.contains("_exps.")
            ? experts(theirs)
            : folder.find(theirs).map(t -> HuggingFaceNames.isLogarithm(theirs) ? decay(t) : t);
    tensor.filter(t -> !t.name().equals(theirs)).ifPresent(t -> derived.put(name, t));
    return tensor;
  }

  private static Tensor decay(Tensor logarithm) {
    return Derived.each(logarithm, "negated", a -> -Math.exp(a));
  }

  /// `theirs` has `*` where the number of the expert stands.
  private Optional<Tensor> experts(String theirs) {
    List<Tensor> experts = new ArrayList<>();
    for (@Nullable Tensor next = expert(theirs, 0); next != null; ) {
      experts.add(next);
      next = expert(theirs, experts.size());
    }
    return experts.isEmpty() ? Optional.empty() : Optional.of(Derived.stacked(experts));
  }

  private @Nullable Tensor expert(String theirs, int number) {
    return folder.find(theirs.replace("*", Integer.toString(number))).orElse(null);
  }

  @Override
  public Collection<Tensor> tensors() {
    return folder.tensors();
  }

  @Override
  public void close() {
    folder.close();
  }
}
