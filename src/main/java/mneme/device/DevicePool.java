package mneme.device;

import java.lang.foreign.MemorySegment;

/// The bytes of one device that pages and states are leased from. Offsets count from 0.
public interface DevicePool extends AutoCloseable {
  long bytes();

  /// Copies inside the pool; the two ranges do not overlap.
  void copy(long from, long to, long bytes);

  void zero(long at, long bytes);

  /// Host to device: all of `source` to offset `at`.
  void write(long at, MemorySegment source);

  /// Device to host: fills `target` from offset `at`.
  void read(long at, MemorySegment target);

  @Override
  void close();
}
