package mneme.device.host;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import mneme.graph.Op;

/// Time that the ops of a device's programs took, by kind of op. Of one thread: the one that runs
/// the steps.
public final class OpTimes {
  private final Map<String, Long> nanoseconds = new TreeMap<>();

  /// `kernel`, timed as what computes `op`.
  Kernel of(Op op, Kernel kernel) {
    String kind = op.getClass().getSimpleName();
    return step -> {
      long start = System.nanoTime();
      kernel.run(step);
      nanoseconds.merge(kind, System.nanoTime() - start, Long::sum);
    };
  }

  /// Nanoseconds by kind of op since the last call, most first.
  public Map<String, Long> take() {
    Map<String, Long> taken = new LinkedHashMap<>();
    nanoseconds.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(entry -> taken.put(entry.getKey(), entry.getValue()));
    nanoseconds.clear();
    return taken;
  }
}
