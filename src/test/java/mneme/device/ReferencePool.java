package mneme.device;

import java.lang.foreign.MemorySegment;

/// The pool of the [ReferenceDevice]: an array on the heap.
final class ReferencePool implements DevicePool {
  final MemorySegment bytes;

  ReferencePool(int bytes) {
    this.bytes = MemorySegment.ofArray(new byte[bytes]);
  }

  @Override
  public long bytes() {
    return bytes.byteSize();
  }

  @Override
  public void copy(long from, long to, long count) {
    MemorySegment.copy(bytes, from, bytes, to, count);
  }

  @Override
  public void zero(long at, long count) {
    bytes.asSlice(at, count).fill((byte) 0);
  }

  @Override
  public void write(long at, MemorySegment source) {
    MemorySegment.copy(source, 0, bytes, at, source.byteSize());
  }

  @Override
  public void read(long at, MemorySegment target) {
    MemorySegment.copy(bytes, at, target, 0, target.byteSize());
  }

  @Override
  public void close() {}
}
