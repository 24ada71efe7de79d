package mneme.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A GGUF model in several files, `name-00001-of-00003.gguf` and so on: the first has the keys,
/// each has some of the tensors and says which part it is (`split.no`, `split.count`).
final class SplitGguf implements ModelFile {
  static final String COUNT = "split.count";
  static final String NUMBER = "split.no";
  private static final String TENSORS = "split.tensors.count";
  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final int MOST_PARTS = 1024;

  private final List<Gguf> parts = new ArrayList<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private SplitGguf() {}

  /// The whole model that `first` is the first part of; `first` itself if it is whole.
  static ModelFile whole(Path path, Gguf first) {
    if (first.metadata().integer(COUNT, 1) == 1) {
      return first;
    }
    SplitGguf whole = new SplitGguf();
    whole.parts.add(first);
    try {
      whole.addAll(path);
      return whole;
    } catch (RuntimeException | Error e) {
      whole.close();
      throw e;
    }
  }

  private void addAll(Path path) {
    Metadata keys = metadata();
    int count = keys.integer(COUNT);
    Matcher name = NAME.matcher(path.getFileName().toString());
    if (count < 1 || count > MOST_PARTS || keys.integer(NUMBER, 0) != 0 || !name.matches()) {
      throw new ModelFormatException(
          "%s is part %d of %d; open the first part, named ...-00001-of-%05d.gguf"
              .formatted(path, keys.integer(NUMBER, 0) + 1, count, count));
    }
    addTensors(parts.getFirst());
    for (int number = 1; number < count; number++) {
      Path part =
          path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), number + 1, count));
      if (!Files.isRegularFile(part)) {
        throw new MalformedFileException(Fault.NOT_A_FILE, 0, part + " is missing");
      }
      parts.add(Gguf.open(part));
      check(parts.getLast().metadata(), part, number);
      addTensors(parts.getLast());
    }
    int total = keys.integer(TENSORS, tensors.size());
    if (total != tensors.size()) {
      throw new ModelFormatException(
          "the parts have " + tensors.size() + " tensors, the first says " + total);
    }
  }

  private void check(Metadata part, Path path, int number) {
    int said = part.integer(NUMBER, -1);
    if (said != number || part.integer(COUNT, 1) != metadata().integer(COUNT)) {
      throw new ModelFormatException(
          "%s says that it is part %d of %d, wanted %d of %d"
              .formatted(
                  path, said + 1, part.integer(COUNT, 1), number + 1, metadata().integer(COUNT)));
    }
  }

  private void addTensors(Gguf part) {
    for (Tensor tensor : part.tensors()) {
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw new MalformedFileException(
            Fault.DUPLICATE_TENSOR, 0, "tensor '" + tensor.name() + "' is in two parts");
      }
    }
  }

  @Override
  public Metadata metadata() {
    return parts.getFirst().metadata();
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
    parts.forEach(Gguf::close);
  }
}
