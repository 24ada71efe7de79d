package mneme.device;

import java.lang.foreign.MemorySegment;

/// Another pool in everything that a subclass does not change.
public class WrappedPool implements DevicePool {
  private final DevicePool pool;

  public WrappedPool(DevicePool pool) {
    this.pool = pool;
  }

  @Override
  public long bytes() {
    return pool.bytes();
  }

  @Override
  public void copy(long from, long to, long count) {
    pool.copy(from, to, count);
  }

  @Override
  public void zero(long at, long count) {
    pool.zero(at, count);
  }

  @Override
  public void write(long at, MemorySegment source) {
    pool.write(at, source);
  }

  @Override
  public void read(long at, MemorySegment target) {
    pool.read(at, target);
  }

  @Override
  public void close() {
    pool.close();
  }
}
