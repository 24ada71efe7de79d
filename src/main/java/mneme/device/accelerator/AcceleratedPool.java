package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import mneme.device.DevicePool;

/// The pool of an accelerator: one allocation.
final class AcceleratedPool implements DevicePool {
  private final Accelerator accelerator;
  private final Memory memory;

  AcceleratedPool(Accelerator accelerator, long bytes) {
    this.accelerator = accelerator;
    this.memory = accelerator.allocate(bytes, "the pool");
    accelerator.zero(memory, 0, bytes);
    accelerator.finish();
  }

  Memory memory() {
    return memory;
  }

  @Override
  public long bytes() {
    return memory.bytes();
  }

  @Override
  public void copy(long from, long to, long bytes) {
    Objects.checkFromIndexSize(from, bytes, bytes());
    Objects.checkFromIndexSize(to, bytes, bytes());
    accelerator.copy(memory, from, to, bytes);
    accelerator.finish();
  }

  @Override
  public void zero(long at, long bytes) {
    Objects.checkFromIndexSize(at, bytes, bytes());
    accelerator.zero(memory, at, bytes);
    accelerator.finish();
  }

  @Override
  public void write(long at, MemorySegment source) {
    Objects.checkFromIndexSize(at, source.byteSize(), bytes());
    accelerator.write(memory, at, source);
    accelerator.finish();
  }

  @Override
  public void read(long at, MemorySegment target) {
    Objects.checkFromIndexSize(at, target.byteSize(), bytes());
    accelerator.read(memory, at, target);
  }

  @Override
  public void close() {
    memory.release();
  }
}
