package mneme.device.opencl;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import mneme.device.DevicePool;

/// The pool of an OpenCL device: one buffer.
final class ClPool implements DevicePool {
  private final ClQueue queue;
  private final ClBuffer buffer;

  ClPool(ClQueue queue, long bytes) {
    this.queue = queue;
    this.buffer = queue.allocate(bytes, "the pool");
    queue.zero(buffer, 0, bytes);
  }

  ClBuffer buffer() {
    return buffer;
  }

  @Override
  public long bytes() {
    return buffer.bytes();
  }

  @Override
  public void copy(long from, long to, long bytes) {
    Objects.checkFromIndexSize(from, bytes, bytes());
    Objects.checkFromIndexSize(to, bytes, bytes());
    queue.copy(buffer, from, to, bytes);
  }

  @Override
  public void zero(long at, long bytes) {
    Objects.checkFromIndexSize(at, bytes, bytes());
    queue.zero(buffer, at, bytes);
  }

  @Override
  public void write(long at, MemorySegment source) {
    Objects.checkFromIndexSize(at, source.byteSize(), bytes());
    queue.write(buffer, at, source);
  }

  @Override
  public void read(long at, MemorySegment target) {
    Objects.checkFromIndexSize(at, target.byteSize(), bytes());
    queue.read(buffer, at, target);
  }

  @Override
  public void close() {
    buffer.release();
  }
}
