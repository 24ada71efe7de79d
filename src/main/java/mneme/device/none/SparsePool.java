package mneme.device.none;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import mneme.device.DevicePool;

/// A pool of any size that holds only the chunks something was written to.
final class SparsePool implements DevicePool {
  private static final int CHUNK_BYTES = 1 << 14;

  private final long bytes;
  private final Map<Long, byte[]> chunks = new HashMap<>();

  SparsePool(long bytes) {
    this.bytes = bytes;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void copy(long from, long to, long count) {
    Objects.checkFromIndexSize(from, count, bytes);
    Objects.checkFromIndexSize(to, count, bytes);
    byte[] piece = new byte[CHUNK_BYTES];
    for (long done = 0; done < count; done += piece.length) {
      MemorySegment part =
          MemorySegment.ofArray(piece).asSlice(0, Math.min(piece.length, count - done));
      read(from + done, part);
      write(to + done, part);
    }
  }

  @Override
  public void zero(long at, long count) {
    Objects.checkFromIndexSize(at, count, bytes);
    long end = at + count;
    for (long from = at; from < end; ) {
      long to = Math.min(end, (from / CHUNK_BYTES + 1) * CHUNK_BYTES);
      if (to - from == CHUNK_BYTES) {
        chunks.remove(from / CHUNK_BYTES);
      } else if (chunks.get(from / CHUNK_BYTES) instanceof byte[] chunk) {
        slice(chunk, from, to).fill((byte) 0);
      }
      from = to;
    }
  }

  @Override
  public void write(long at, MemorySegment source) {
    Objects.checkFromIndexSize(at, source.byteSize(), bytes);
    long end = at + source.byteSize();
    for (long from = at; from < end; ) {
      long to = Math.min(end, (from / CHUNK_BYTES + 1) * CHUNK_BYTES);
      byte[] chunk = chunks.computeIfAbsent(from / CHUNK_BYTES, _ -> new byte[CHUNK_BYTES]);
      slice(chunk, from, to).copyFrom(source.asSlice(from - at, to - from));
      from = to;
    }
  }

  @Override
  public void read(long at, MemorySegment target) {
    Objects.checkFromIndexSize(at, target.byteSize(), bytes);
    long end = at + target.byteSize();
    for (long from = at; from < end; ) {
      long to = Math.min(end, (from / CHUNK_BYTES + 1) * CHUNK_BYTES);
      MemorySegment part = target.asSlice(from - at, to - from);
      if (chunks.get(from / CHUNK_BYTES) instanceof byte[] chunk) {
        part.copyFrom(slice(chunk, from, to));
      } else {
        part.fill((byte) 0);
      }
      from = to;
    }
  }

  @Override
  public void close() {
    chunks.clear();
  }

  private static MemorySegment slice(byte[] chunk, long from, long to) {
    return MemorySegment.ofArray(chunk)
        .asSlice(from % CHUNK_BYTES * ValueLayout.JAVA_BYTE.byteSize(), to - from);
  }
}
