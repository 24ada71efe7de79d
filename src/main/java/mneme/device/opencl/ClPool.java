package mneme.device.opencl;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A pool in OpenCL C, where a kernel knows memory only by the buffers it is given: one for each
/// part of the pool. What is said of a place is the number of its part and, below that, where in it
/// the place is; `opencl.prelude` takes it apart.
final class ClPool {
  /// As many buffers are sure to fit beside a kernel's other arguments.
  static final int MOST_PARTS = 64;

  private static final int PART_SHIFT = 48;

  private ClPool() {}

  static long place(int part, long at) {
    return (long) part << PART_SHIFT | at;
  }

  /// The function that chooses a part; of one there is no choice.
  static String function(int parts) {
    String choices =
        IntStream.range(1, parts)
            .mapToObj("  if (place >> PART_SHIFT == %1$d) chosen = pool_%1$d;\n"::formatted)
            .collect(Collectors.joining());
    return """
    #define POOL_PARTS %s
    FN PTR pool_part(ulong place, %s) {
      PTR chosen = pool_0;
    %s  return chosen;
    }
    """
        .formatted(listed("", parts), arguments(parts), choices);
  }

  /// The parts as parameters of a function.
  static String arguments(int parts) {
    return listed("PTR ", parts);
  }

  private static String listed(String type, int parts) {
    return IntStream.range(0, parts)
        .mapToObj(part -> type + "pool_" + part)
        .collect(Collectors.joining(", "));
  }
}
