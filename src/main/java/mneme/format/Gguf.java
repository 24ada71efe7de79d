package mneme.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A GGUF file, version 2 or 3, mapped into memory. Tensors are slices of the mapping: nothing is
/// copied, and nothing may be read after [#close].
public final class Gguf implements ModelFile {
  /// Holds the mapping; null if the bytes are the caller's.
  private final @Nullable Arena arena;

  private final Metadata metadata;
  private final Map<String, Tensor> tensors;

  private Gguf(@Nullable Arena arena, GgufReader.Contents contents) {
    this.arena = arena;
    this.metadata = contents.metadata();
    this.tensors = contents.tensors();
  }

  /// Maps and checks the file; reads its header, not its weights.
  ///
  /// @throws MalformedFileException naming the byte at which the file breaks the format
  @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes it
  public static Gguf open(Path path) {
    Arena arena = Arena.ofShared();
    try {
      return new Gguf(arena, new GgufReader(MappedFile.map(path, arena)).read());
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Reads a file that is in memory already; `file` stays the caller's.
  public static Gguf of(MemorySegment file) {
    return new Gguf(null, new GgufReader(file).read());
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
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }
}
