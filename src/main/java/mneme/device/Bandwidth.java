package mneme.device;

import java.lang.foreign.Arena;

/// How fast a device moves its own memory.
public final class Bandwidth {
  private static final long MOST_BYTES = 256L << 20;
  private static final long PROBE_NS = 200_000_000;

  private Bandwidth() {}

  /// Bytes a second, read and written, of the fastest of some copies inside a pool; on the host of
  /// one thread. Takes about 200 ms.
  ///
  /// @throws DeviceException if the device has no room for it
  public static double bytesPerSecond(Device device) {
    long half = Math.min(MOST_BYTES, device.info().largestAllocationBytes()) / 4096 * 2048;
    try (Arena arena = Arena.ofConfined();
        DevicePool pool = device.openPool(2 * half)) {
      var target = arena.allocate(4);
      pool.zero(0, 2 * half); // memory that nobody wrote to costs nothing to read
      pool.read(0, target);
      long best = Long.MAX_VALUE;
      long start = System.nanoTime();
      for (int i = 0; i < 2 || System.nanoTime() - start < PROBE_NS; i++) {
        long from = System.nanoTime();
        pool.copy(0, half, half);
        pool.read(half, target); // waits for the copy
        best = Math.min(best, System.nanoTime() - from);
      }
      return 2e9 * half / best;
    }
  }
}
