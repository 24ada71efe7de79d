package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import mneme.device.host.HostDevice;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A kernel whose vectors the compiler could not keep in registers allocates them, and is ten times
/// slower; nothing else would show it.
class HostAllocationTest {
  private static final int PAGE_TOKENS = 16;
  private static final int RUNS = 200;

  /// For the compiler, whose threads may have to wait for a processor.
  private static final long PATIENCE_NS = 20_000_000_000L;

  /// One case a kernel; those that differ in shape only would compile the same code again.
  static Stream<OpCase> cases() {
    return Stream.concat(OpCases.all(), MemoryOpCases.all())
        .filter(opCase ->
            opCase
                .name()
                .matches(
                    "product \\w+, QUANTIZED|rms norm|given rows|activate (SILU|GELU_TANH)|gated SILU"
                        + "|attention, KvEncoding\\[keys=(\\w+), values=\\1\\]|convolution of 4 taps"
                        + "|activate SOFTPLUS|head scan|selective scan of full vectors"
                        + "|linear scan with a bonus|delta scan with a decay a channel"
                        + "|matrix LSTM|scalar LSTM|gated recurrence|channel WKV|experts Q8_0"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aStepAllocatesNothingOnceItIsWarm(OpCase opCase) {
    MemoryPlan plan = MemoryPlan.of(opCase.graph().needs(), opCase.encoding(), PAGE_TOKENS);
    try (Device device = new HostDevice(1);
        DevicePool pool = device.openPool(1 << 22);
        Program program = device.prepare(opCase.graph(), plan, opCase.numerics())) {
      Logits logits = new Logits(opCase.graph().vocabulary());
      float[] given = new float[9 * opCase.graph().givenWidth()];
      Batch many = new Batch(List.of(new Span(tokens(9), 0, lease(plan), 9)), given);
      Batch one = new Batch(List.of(new Span(tokens(1), 20, lease(plan), 1)), given);
      Batch four = new Batch(List.of(new Span(tokens(4), 16, lease(plan), 4)), given);
      program.run(many, pool, logits);
      program.run(one, pool, logits);
      assertThat(leastBytes(program, many, pool, logits)).as("%s, nine rows", opCase).isZero();
      assertThat(leastBytes(program, four, pool, logits)).as("%s, four rows", opCase).isZero();
      assertThat(leastBytes(program, one, pool, logits)).as("%s, one row", opCase).isZero();
    }
  }

  /// Bytes allocated by a run of steps, once the compiler has done what it will do.
  private static long leastBytes(Program program, Batch batch, DevicePool pool, Logits logits) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (least > 0 && System.nanoTime() < endNs) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int run = 0; run < RUNS; run++) {
        program.run(batch, pool, logits);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private static Tokens tokens(int count) {
    return Tokens.of(new Random(3).ints(count, 0, OpCase.TOKENS).toArray());
  }

  private static LeaseView lease(MemoryPlan plan) {
    return new LeaseView() {
      @Override
      public long page(int group, int index) {
        return (long) group * (1 << 20) + index * plan.groups().get(group).pageBytes();
      }

      @Override
      public long state(int state) {
        return (2 << 20) + state * (1L << 18);
      }
    };
  }
}
