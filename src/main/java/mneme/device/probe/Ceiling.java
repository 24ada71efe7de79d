package mneme.device.probe;

import java.util.Optional;
import mneme.device.Device;

/// What a device can do at most, found by loops that do nothing else: what a benchmark is measured
/// against.
///
/// @param bytesPerSecond of the device's own memory, all of the device reading, or copying if that
///   moves more
/// @param flopsPerSecond products and sums of f32 numbers, each counted, in fused steps
public record Ceiling(double bytesPerSecond, double flopsPerSecond) {
  /// A device that finds out its own ceiling.
  public interface Finder {
    /// Takes about a second.
    ///
    /// @throws mneme.device.DeviceException if the device fails or has no room for it
    Ceiling ceiling();
  }

  /// Runs something some number of times.
  public interface Rounds {
    void run(int rounds);
  }

  private static final long ROUND_NS = 20_000_000;
  private static final long PROBE_NS = 400_000_000;

  /// Empty if the device cannot find it out.
  public static Optional<Ceiling> of(Device device) {
    return device instanceof Finder finder ? Optional.of(finder.ceiling()) : Optional.empty();
  }

  /// How often `work` can be done in a second, of the fastest of some attempts, each long enough
  /// that starting it costs nothing.
  public static double perSecond(Rounds work) {
    work.run(1); // compiles
    int rounds = 1;
    double best = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < PROBE_NS || best == 0) {
      long from = System.nanoTime();
      work.run(rounds);
      long took = Math.max(1, System.nanoTime() - from);
      if (took < ROUND_NS && rounds < 1 << 20) {
        rounds *= 2;
      } else {
        best = Math.max(best, rounds * 1e9 / took);
      }
    }
    return best;
  }
}
