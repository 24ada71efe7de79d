package mneme.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A safetensors file, mapped: a header length as u64, a JSON header with dtype, shape and byte
/// range of each tensor, then the bytes. Ranges must lie in the file, fit their shapes and not
/// overlap. `__metadata__`, if there, becomes the metadata. Source: the format's own description by
/// Hugging Face.
public final class Safetensors implements ModelFile {
  private static final long LARGEST_HEADER_BYTES = 100_000_000;
  private static final int MOST_DIMS = 8;
  private static final Map<String, Encoding> DTYPES =
      Map.of(
          "F64", Encoding.F64,
          "F32", Encoding.F32,
          "F16", Encoding.F16,
          "BF16", Encoding.BF16,
          "I64", Encoding.I64,
          "I32", Encoding.I32,
          "I16", Encoding.I16,
          "I8", Encoding.I8,
          "U8", Encoding.I8,
          "BOOL", Encoding.I8);

  private final Arena arena;
  private final Metadata metadata;
  private final Map<String, Tensor> tensors;

  private Safetensors(Arena arena, MemorySegment file) {
    this.arena = arena;
    ByteCursor cursor = new ByteCursor(file);
    long length = cursor.u64("header length");
    if (length < 2 || length > Math.min(cursor.remaining(), LARGEST_HEADER_BYTES)) {
      throw new MalformedFileException(
          Fault.BAD_HEADER,
          0,
          "header of %s bytes, %d are left and at most %d are read"
              .formatted(Long.toUnsignedString(length), cursor.remaining(), LARGEST_HEADER_BYTES));
    }
    JsonNode header = Json.object(cursor.bytes(length, "header"), "header");
    Map<String, Object> values = new HashMap<>();
    Json.flatten("", header.path("__metadata__"), values);
    this.metadata = new Metadata(values);
    this.tensors = tensors(header, file.asSlice(8 + length), 8 + length);
  }

  /// Maps and checks the file; reads its header, not its weights.
  ///
  /// @throws MalformedFileException naming what breaks the format
  @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes it
  public static Safetensors open(Path path) {
    Arena arena = Arena.ofShared();
    try {
      return new Safetensors(arena, MappedFile.map(path, arena));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static Map<String, Tensor> tensors(JsonNode header, MemorySegment data, long at) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<long[]> ranges = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals("__metadata__")) {
        continue;
      }
      long[] range = range(entry.getKey(), entry.getValue(), data.byteSize(), at);
      ranges.add(range);
      tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), data, range));
    }
    refuseOverlapAndHoles(ranges, at, data.byteSize());
    return tensors;
  }

  private static long[] range(String name, JsonNode entry, long bytes, long at) {
    JsonNode offsets = entry.path("data_offsets");
    long from = offsets.path(0).asLong(-1);
    long to = offsets.path(1).asLong(-1);
    if (offsets.size() != 2 || from < 0 || to < from || to > bytes) {
      throw new MalformedFileException(
          Fault.BAD_OFFSET,
          at,
          "tensor '%s' has data_offsets %s in %d bytes".formatted(name, offsets, bytes));
    }
    return new long[] {from, to};
  }

  private static Tensor tensor(String name, JsonNode entry, MemorySegment data, long[] range) {
    Encoding encoding = DTYPES.get(entry.path("dtype").asText());
    if (encoding == null) {
      throw new MalformedFileException(
          Fault.BAD_TENSOR_TYPE,
          0,
          "tensor '%s' has dtype %s; known: %s"
              .formatted(name, entry.path("dtype"), DTYPES.keySet().stream().sorted().toList()));
    }
    List<Long> dims = new ArrayList<>();
    long elements = 1;
    for (JsonNode dim : entry.path("shape")) {
      long length = dim.isIntegralNumber() ? dim.asLong(-1) : -1;
      if (length < 0 || dims.size() == MOST_DIMS || Math.multiplyHigh(elements, length) != 0) {
        throw new MalformedFileException(
            Fault.BAD_DIMS, 0, "tensor '%s' has shape %s".formatted(name, entry.path("shape")));
      }
      elements *= length;
      dims.addFirst(length);
    }
    long bytes = range[1] - range[0];
    if (elements < 0 || elements > bytes || encoding.bytes(elements) != bytes) {
      throw new MalformedFileException(
          Fault.SHAPE_MISMATCH,
          range[0],
          "tensor '%s' has %d bytes for shape %s of %s"
              .formatted(name, bytes, entry.path("shape"), encoding));
    }
    return new Tensor(name, encoding, dims, data.asSlice(range[0], bytes));
  }

  /// Every byte of the data belongs to one tensor, so nothing can hide between them.
  private static void refuseOverlapAndHoles(List<long[]> ranges, long at, long bytes) {
    ranges.sort(
        Comparator.<long[]>comparingLong(range -> range[0]).thenComparingLong(range -> range[1]));
    long end = 0;
    for (long[] range : ranges) {
      if (range[0] != end) {
        throw new MalformedFileException(
            Fault.BAD_OFFSET,
            at + Math.min(end, range[0]),
            range[0] < end ? "two tensors share these bytes" : "these bytes belong to no tensor");
      }
      end = range[1];
    }
    if (end != bytes) {
      throw new MalformedFileException(
          Fault.BAD_OFFSET, at + end, (bytes - end) + " bytes after the last tensor");
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
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
