package mneme.model;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;

/// A model file that notes which tensors were asked for. A tensor that nobody asked for is a part
/// of the model that its architecture does not know; computing without it would give wrong answers.
final class Watched implements ModelFile {
  /// Tables that are computed from the keys instead, parts for guessing several tokens ahead, and
  /// what the first layer of RWKV-7 carries for nothing.
  private static final Pattern HARMLESS =
      Pattern.compile(
          "rope_f.*|.*rotary_emb.*|.*attn_rot_embd.*|.*\\.nextn\\..*|(model\\.)?mtp\\..*"
              + "|blk\\.0\\.time_mix_v[012]\\..*");

  private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,9})\\..*");
  private static final int NAMED_AT_MOST = 5;

  private final ModelFile file;
  private final Set<String> wanted = new HashSet<>();

  Watched(ModelFile file) {
    this.file = file;
  }

  /// @throws ModelFormatException naming the first tensors that nobody asked for
  void refuseUnknown() {
    List<String> unknown =
        file.tensors().stream()
            .map(Tensor::name)
            .filter(name -> !wanted.contains(name) && !isHarmless(name))
            .sorted()
            .toList();
    if (!unknown.isEmpty()) {
      throw new ModelFormatException(
          "architecture '%s' has no use for %d tensors of this file, such as %s; it cannot be served rightly without them"
              .formatted(
                  metadata().architecture(),
                  unknown.size(),
                  String.join(", ", unknown.subList(0, Math.min(NAMED_AT_MOST, unknown.size())))));
    }
  }

  private boolean isHarmless(String name) {
    Matcher layer = LAYER.matcher(name);
    String prefix = metadata().architecture() + ".";
    int ahead = metadata().integer(prefix + "nextn_predict_layers", 0);
    return HARMLESS.matcher(name).matches()
        || ahead > 0
            && layer.matches()
            && Integer.parseInt(layer.group(1))
                >= metadata().integer(prefix + "block_count") - ahead;
  }

  @Override
  public Metadata metadata() {
    return file.metadata();
  }

  @Override
  public Optional<Tensor> find(String name) {
    wanted.add(name);
    return file.find(name);
  }

  @Override
  public Collection<Tensor> tensors() {
    return file.tensors();
  }

  @Override
  public void close() {
    file.close();
  }
}
