package mneme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import mneme.device.RandomTensors;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.model.RealShapes;

/// A model of real shape with random weights that takes little more memory than its largest matrix:
/// its matrices are stretches of the same bytes, each from another place on. To a device they are
/// different ones.
final class RandomModel implements ModelFile {
  /// Blocks that are drawn; then they come again.
  private static final int DRAWN_BLOCKS = 1 << 18;

  private static final int ALIGNMENT_BYTES = 64;

  private final Metadata metadata;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<Encoding, MemorySegment> bytes = new LinkedHashMap<>();
  private final RandomTensors random = new RandomTensors(1);
  private final Arena arena = Arena.ofShared();

  /// @param encoding of the matrices; those whose rows are no whole number of its blocks are in F32
  RandomModel(RealShapes shape, Encoding encoding) {
    try {
      Path folder = Files.createTempDirectory("mneme");
      Path hollow = shape.forge().writeTo(folder.resolve("hollow.gguf"));
      try (Gguf file = Gguf.open(hollow)) {
        metadata = file.metadata();
        long most = largest(file, encoding);
        for (Tensor tensor : file.tensors()) {
          tensors.put(tensor.name(), filled(tensor, encoding, most));
        }
      } finally {
        Files.delete(hollow);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isMatrix(Tensor tensor, Encoding encoding) {
    return tensor.dims().size() > 1
        && tensor.columns() >= 32
        && tensor.columns() % encoding.blockElements() == 0;
  }

  private static long largest(Gguf file, Encoding encoding) {
    return file.tensors().stream()
        .filter(tensor -> isMatrix(tensor, encoding))
        .mapToLong(tensor -> encoding.bytes(tensor.elements()))
        .max()
        .orElseThrow();
  }

  private Tensor filled(Tensor hollow, Encoding encoding, long most) {
    if (isMatrix(hollow, encoding)) {
      MemorySegment all = bytes.computeIfAbsent(encoding, _ -> repeated(encoding, most));
      long stride = (long) ALIGNMENT_BYTES * encoding.blockBytes();
      long at = tensors.size() * stride;
      long size = encoding.bytes(hollow.elements());
      return new Tensor(hollow.name(), encoding, hollow.dims(), all.asSlice(at, size));
    }
    // decays are negative and norms are about 1
    double sign = hollow.name().endsWith("ssm_a") ? -1 : 1;
    long[] dims = hollow.dims().stream().mapToLong(Long::longValue).toArray();
    Tensor drawn = random.f32(x -> sign * (1 + Math.abs(x) / 10), dims);
    return new Tensor(hollow.name(), Encoding.F32, hollow.dims(), drawn.data());
  }

  /// As many bytes as the largest matrix has, and one more stride for each tensor there may be.
  private MemorySegment repeated(Encoding encoding, long most) {
    MemorySegment drawn =
        random.of(encoding, (long) DRAWN_BLOCKS * encoding.blockElements()).data();
    long size = most + 4096L * ALIGNMENT_BYTES * encoding.blockBytes();
    MemorySegment all = arena.allocate(size, ALIGNMENT_BYTES);
    for (long at = 0; at < size; at += drawn.byteSize()) {
      long part = Math.min(drawn.byteSize(), size - at);
      MemorySegment.copy(drawn, 0, all, at, part);
    }
    return all;
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
    return tensors.values();
  }

  /// Of all matrices, as they would lie in a file.
  long weightBytes() {
    return tensors.values().stream().mapToLong(Tensor::bytes).sum();
  }

  @Override
  public void close() {
    arena.close();
  }
}
