package mneme.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// A model whose tensors lie in memory of their own, where a test can change them.
final class WritableModel implements ModelFile {
  private final ModelFile file;
  private final Arena arena = Arena.ofShared();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /// @param file is closed with this
  WritableModel(ModelFile file) {
    this.file = file;
    for (Tensor tensor : file.tensors()) {
      MemorySegment copy = arena.allocate(tensor.data().byteSize(), 64).copyFrom(tensor.data());
      tensors.put(tensor.name(), new Tensor(tensor.name(), tensor.encoding(), tensor.dims(), copy));
    }
  }

  void clear(Predicate<Tensor> which) {
    tensors.values().stream().filter(which).forEach(tensor -> tensor.data().fill((byte) 0));
  }

  void restore() {
    tensors.forEach((name, tensor) -> tensor.data().copyFrom(file.tensor(name).data()));
  }

  @Override
  public Metadata metadata() {
    return file.metadata();
  }

  @Override
  public Optional<Tensor> find(String name) {
    @Nullable Tensor tensor = tensors.get(name);
    return Optional.ofNullable(tensor);
  }

  @Override
  public Collection<Tensor> tensors() {
    return tensors.values();
  }

  @Override
  public void close() {
    arena.close();
    file.close();
  }
}
