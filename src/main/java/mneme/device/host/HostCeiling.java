package mneme.device.host;

import mneme.device.host.machine.CeilingLoops;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.NativeBlock;
import mneme.device.host.machine.Workers;
import mneme.device.probe.Ceiling;

/// What all threads of the host together read and multiply at most.
final class HostCeiling {
  /// Larger than the caches of most machines.
  private static final long BYTES = 256L << 20;

  private static final int CHUNK_BYTES = 1 << 20;
  private static final int MULTIPLYING_ROUNDS = 1 << 16;

  private final Workers workers;
  private final float[] sums;

  HostCeiling(Workers workers) {
    this.workers = workers;
    this.sums = new float[16 * workers.count()]; // a cache line for each thread
  }

  Ceiling ceiling() {
    NativeBlock block = NativeBlock.of(BYTES);
    try {
      block.segment().fill((byte) 0); // memory that nobody wrote to costs nothing to read
      return new Ceiling(BYTES * Ceiling.perSecond(rounds -> read(block, rounds)), multiplies());
    } finally {
      block.close();
    }
  }

  private void read(NativeBlock block, int rounds) {
    for (int i = 0; i < rounds; i++) {
      workers.run(
          (chunk, worker) -> {
            long from = (long) chunk * CHUNK_BYTES;
            sums[16 * worker] += CeilingLoops.read(block.segment(), from, from + CHUNK_BYTES);
          },
          Math.toIntExact(BYTES / CHUNK_BYTES));
    }
  }

  private double multiplies() {
    double flops = 2.0 * CeilingLoops.STEPS_OF_ROUND * MULTIPLYING_ROUNDS * Lanes.COUNT;
    int chunks = 4 * workers.count();
    return flops
        * chunks
        * Ceiling.perSecond(rounds -> {
          for (int i = 0; i < rounds; i++) {
            workers.run(
                (_, worker) ->
                    sums[16 * worker] =
                        CeilingLoops.multiply(MULTIPLYING_ROUNDS, sums[16 * worker]),
                chunks);
          }
        });
  }
}
