package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import mneme.format.Encoding;
import mneme.memory.Claim;
import mneme.memory.Growth;
import mneme.memory.KvEncoding;
import mneme.memory.Lease;
import mneme.memory.Ledger;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.Opening;
import mneme.memory.SlabSizing;
import mneme.memory.Tokens;
import org.junit.jupiter.api.Test;

/// What schedule and memory cost for each sequence and step. The bound is far above what is
/// measured, so that a busy machine does not fail; the numbers are printed.
class SchedulingCostTest {
  private static final MemoryPlan HYBRID =
      MemoryPlan.of(
          List.of(
              new MemoryNeed.Kv(8, 64, 64, 0),
              new MemoryNeed.Kv(8, 64, 64, 512),
              new MemoryNeed.State(4096)),
          KvEncoding.both(Encoding.F16),
          16);

  private static double nanosEach(int sequences, int steps) {
    long poolBytes = sequences * HYBRID.peakBytes(8 + steps, 16) * 11 / 10 + (64 << 20);
    Ledger ledger = new Ledger(SlabSizing.of(poolBytes, List.of(HYBRID)), 0);
    int model = ledger.register(HYBRID, 16);
    BatchPolicy policy = new BatchPolicy(new BatchLimits(sequences + 17, 16, sequences + 2, 4, 8));
    Lease[] leases = new Lease[sequences];
    for (int i = 0; i < sequences; i++) {
      Claim claim = new Claim(i, "tenant " + i % 10, model, Tokens.of(i, i + 1, 3, 4, 5), 6);
      leases[i] = ((Opening.Opened) ledger.open(claim)).lease();
      policy.join(i, claim.tenant(), 0, 5);
    }
    long rows = 0;
    long refused = 0;
    long step = 0;
    long began = 0;
    while (rows < (long) sequences * steps) {
      if (step == steps / 2) {
        rows = 0;
        began = cpuNs();
      }
      for (Turn turn : policy.next()) {
        Lease lease = leases[(int) turn.sequence()];
        refused += ledger.grow(lease, turn.start(), turn.end()) == Growth.GRANTED ? 0 : 1;
        rows += ledger.view(lease).state(0) >= 0 ? 1 : 0;
        policy.decode(turn.sequence(), turn.end());
      }
      ledger.chores();
      ledger.stepStarted(++step);
      ledger.stepEnded(step);
      if (step >= steps) {
        break;
      }
    }
    double nanos = (double) (cpuNs() - began) / rows;
    assertThat(refused).isZero();
    ledger.audit();
    return nanos;
  }

  /// CPU time of this thread, so that neighbours on the machine do not count.
  private static long cpuNs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Test
  void aSequenceStepCostsLittleFromOneSequenceToTenThousand() {
    nanosEach(100, 3000);
    for (int sequences : new int[] {1, 10, 100, 1000, 10_000}) {
      double nanos = nanosEach(sequences, Math.min(20_000, Math.max(200, 400_000 / sequences)));
      System.out.printf("%6d sequences: %5.0f ns for each and step%n", sequences, nanos);
      assertThat(nanos).isLessThan(20_000);
    }
  }
}
