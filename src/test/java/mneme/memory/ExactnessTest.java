package mneme.memory;

import static mneme.memory.LedgerRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mneme.format.Encoding;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// What the plan says beforehand is what the ledger counts.
class ExactnessTest {
  private static final List<MemoryPlan> PLANS =
      List.of(
          Plans.of(Plans.full(3)),
          Plans.of(Plans.full(1), Plans.windowed(2, 5), Plans.windowed(1, 1)),
          Plans.of(Plans.state(100), Plans.state(1000)),
          Plans.of(Plans.full(1), Plans.windowed(1, 16), Plans.state(300), Plans.state(300)),
          Plans.of(Plans.latent()),
          Plans.of(Plans.windowed(1, 9), Plans.state(64)));

  @Test
  void aDecodingSequenceHoldsExactlyWhatThePlanSaysAtEveryLength() {
    for (MemoryPlan plan : PLANS) {
      LedgerRig rig = new LedgerRig(200, 4096, plan);
      Lease lease = rig.opened(0, text(0, 1)).lease();
      for (int tokens = 1; tokens < 120; tokens++) {
        assertThat(rig.ledger.grow(lease, tokens - 1, tokens)).isEqualTo(Growth.GRANTED);
        rig.step();
        assertThat(rig.usage().leasedBytes())
            .as("%s at %d tokens", plan, tokens)
            .isEqualTo(plan.bytes(tokens));
      }
    }
  }

  @Property(tries = 300)
  void everyWindowHoldsWhatThePlanSays(
      @ForAll @IntRange(min = 1, max = 70) int window,
      @ForAll @IntRange(min = 1, max = 150) int tokens) {
    MemoryPlan plan = Plans.of(Plans.windowed(1, window));
    LedgerRig rig = new LedgerRig(200, 4096, plan);
    Lease lease = rig.opened(0, text(0, 1)).lease();
    rig.run(lease, 0, tokens - 1);
    rig.ledger.grow(lease, Math.max(0, tokens - 1), tokens);
    rig.step();
    assertThat(rig.usage().leasedBytes()).isEqualTo(plan.bytes(tokens));
  }

  @Property(tries = 300)
  void prefillNeverHoldsMoreThanThePeak(
      @ForAll @IntRange(min = 0, max = 5) int number,
      @ForAll @IntRange(min = 0, max = 20) int start,
      @ForAll @IntRange(min = 1, max = 150) int tokens) {
    MemoryPlan plan = PLANS.get(number);
    LedgerRig rig = new LedgerRig(200, 4096, plan);
    Lease lease = rig.opened(0, text(0, 1)).lease();
    int at = 0;
    while (at < tokens) {
      int end = Math.min(tokens, at + (at == 0 && start > 0 ? Math.min(8, start) : 8));
      rig.ledger.grow(lease, at, end);
      rig.step();
      at = end;
      assertThat(rig.usage().leasedBytes()).isLessThanOrEqualTo(plan.peakBytes(tokens, 8));
    }
  }

  @Property(tries = 200)
  void asManySequencesFitAsTheArithmeticSaysAndNotOneMore(
      @ForAll @IntRange(min = 0, max = 5) int number,
      @ForAll @IntRange(min = 1, max = 60) int tokens,
      @ForAll @IntRange(min = 3, max = 40) int slabs) {
    MemoryPlan plan = PLANS.get(number);
    PoolShape shape = new PoolShape(slabs, 4096);
    long fit = Footprint.peak(plan, tokens, LedgerRig.CHUNK).timesIn(shape);
    Ledger ledger = new Ledger(shape, 0);
    ledger.register(plan, LedgerRig.CHUNK);
    long opened = 0;
    while (ledger.open(new Claim(opened, "tenant", 0, text((int) opened * 100, tokens), tokens))
        instanceof Opening.Opened) {
      opened++;
    }
    assertThat(opened).isEqualTo(fit);
    ledger.audit();
  }

  @Test
  void heldIsNeededAndAtMostAPartialPageForEachGroup() {
    MemoryPlan plan = Plans.of(Plans.full(2), Plans.windowed(1, 8), Plans.state(500));
    LedgerRig rig = new LedgerRig(3000, 16384, plan);
    long needed = 0;
    long partialPages = 0;
    for (int i = 0; i < 200; i++) {
      int tokens = 1 + i * 7 % 160;
      Lease lease = rig.opened(0, text(1000 * i, 1)).lease();
      for (int at = 0; at < tokens; at++) {
        rig.ledger.grow(lease, at, at + 1);
      }
      long perTokenFull = plan.groups().get(0).pageBytes() / 4;
      long perTokenWindow = plan.groups().get(1).pageBytes() / 4;
      needed += tokens * perTokenFull + Math.min(tokens, 8) * perTokenWindow + plan.stateBytes();
      // Under a window a page may be partly used at both ends.
      partialPages += plan.groups().get(0).pageBytes() + 2 * plan.groups().get(1).pageBytes();
    }
    rig.step();
    Usage usage = rig.usage();
    assertThat(usage.leasedBytes()).isLessThanOrEqualTo(needed + partialPages);
    Ledger ledger = rig.ledger;
    long slabBytes = ledger.usedSlabs() * ledger.shape().slabBytes();
    // Beside that, at most one slab of each size is partly used.
    assertThat(slabBytes)
        .isLessThanOrEqualTo(
            (long) (1.01 * (usage.leasedBytes() + usage.restingBytes()))
                + 3 * ledger.shape().slabBytes());
  }

  @Test
  void theNumbersOfARealModelAreTheOnesOnPaper() {
    // Llama-3-8B: 32 layers of 8 heads of 128 in F16 are 128 KiB a token.
    MemoryNeed[] layers = new MemoryNeed[32];
    java.util.Arrays.fill(layers, new MemoryNeed.Kv(8, 128, 128, 0));
    MemoryPlan plan = MemoryPlan.of(List.of(layers), KvEncoding.both(Encoding.F16), 16);
    assertThat(plan.bytes(8192)).isEqualTo(1L << 30);
    PoolShape shape = SlabSizing.of(24L << 30, List.of(plan));
    assertThat(Footprint.peak(plan, 8192, 512).timesIn(shape)).isEqualTo(24);
  }
}
