package mneme.device.accelerator;

import mneme.device.probe.Ceiling;

/// Launches the kernels of `probe.kernel`.
final class CeilingProbe {
  private static final Kernel READ = Kernel.probe("read_all");
  private static final Kernel MULTIPLY = Kernel.probe("multiply_all");

  /// Larger than any cache, as far as the device gives that much.
  private static final long MOST_BYTES = 256L << 20;

  private static final int ITEMS = 1 << 18;
  private static final int BYTES_OF_ROUND = 16 * ITEMS;

  private static final int STEPS_OF_ROUND = 32;
  private static final int MULTIPLYING_ROUNDS = 64;

  /// So that the chains end at 2, whatever they began with.
  private static final float FACTOR = 0.5f;

  private final Accelerator accelerator;

  CeilingProbe(Accelerator accelerator) {
    this.accelerator = accelerator;
  }

  /// @param largestBytes that the device allocates at once
  Ceiling ceiling(long largestBytes) {
    int rounds = Math.toIntExact(Math.min(MOST_BYTES, largestBytes) / BYTES_OF_ROUND);
    Memory sums = accelerator.allocate(4L * ITEMS, "the sums of a probe");
    try {
      return new Ceiling(moves(rounds, sums), multiplies(sums));
    } finally {
      sums.release();
    }
  }

  private double moves(int rounds, Memory sums) {
    long bytes = (long) rounds * BYTES_OF_ROUND;
    Memory memory = accelerator.allocate(bytes, "the memory of a probe");
    try {
      accelerator.zero(memory, 0, bytes); // memory that nobody wrote to costs nothing to read
      double reads = Ceiling.perSecond(times -> read(memory, sums, rounds, times));
      double copies = Ceiling.perSecond(times -> copy(memory, bytes / 2, times));
      return bytes * Math.max(reads, copies);
    } finally {
      memory.release();
    }
  }

  private void copy(Memory memory, long half, int times) {
    for (int i = 0; i < times; i++) {
      accelerator.copy(memory, 0, memory, half, half);
    }
    accelerator.finish();
  }

  private void read(Memory memory, Memory sums, int rounds, int times) {
    for (int i = 0; i < times; i++) {
      accelerator
          .launch(READ)
          .at(memory, 0)
          .at(sums, 0)
          .number(ITEMS)
          .number(rounds)
          .each(ITEMS, 1);
    }
    accelerator.finish();
  }

  private double multiplies(Memory sums) {
    double flops = 2.0 * STEPS_OF_ROUND * MULTIPLYING_ROUNDS * ITEMS;
    return flops * Ceiling.perSecond(times -> multiply(sums, times));
  }

  private void multiply(Memory sums, int times) {
    accelerator
        .launch(MULTIPLY)
        .at(sums, 0)
        .number(ITEMS)
        .number(MULTIPLYING_ROUNDS * times)
        .number(FACTOR)
        .each(ITEMS, 1);
    accelerator.finish();
  }
}
