package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import mneme.device.DevicePool;
import mneme.device.host.machine.NativeBlock;

/// A pool in the host's memory; takes room only where it is touched.
final class HostPool implements DevicePool {
  private final long bytes;
  private final NativeBlock block;

  HostPool(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a pool of " + bytes + " bytes");
    }
    this.bytes = bytes;
    this.block = NativeBlock.of(bytes + 64);
  }

  MemorySegment segment() {
    return block.segment();
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void copy(long from, long to, long count) {
    Objects.checkFromIndexSize(from, count, bytes);
    Objects.checkFromIndexSize(to, count, bytes);
    MemorySegment.copy(segment(), from, segment(), to, count);
  }

  @Override
  public void zero(long at, long count) {
    Objects.checkFromIndexSize(at, count, bytes);
    segment().asSlice(at, count).fill((byte) 0);
  }

  @Override
  public void write(long at, MemorySegment source) {
    Objects.checkFromIndexSize(at, source.byteSize(), bytes);
    MemorySegment.copy(source, 0, segment(), at, source.byteSize());
  }

  @Override
  public void read(long at, MemorySegment target) {
    Objects.checkFromIndexSize(at, target.byteSize(), bytes);
    MemorySegment.copy(segment(), at, target, 0, target.byteSize());
  }

  @Override
  public void close() {
    block.close();
  }
}
