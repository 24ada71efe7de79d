package mneme.format;

import java.util.Collection;
import java.util.Optional;

/// A model on disk: what its header says and where its tensors lie. Closing it unmaps the file, so
/// it outlives every device program made from it.
public interface ModelFile extends AutoCloseable {
  Metadata metadata();

  Optional<Tensor> find(String name);

  Collection<Tensor> tensors();

  /// @throws ModelFormatException if the file has no such tensor
  default Tensor tensor(String name) {
    return find(name)
        .orElseThrow(() -> new ModelFormatException("tensor '" + name + "' is missing"));
  }

  @Override
  void close();
}
