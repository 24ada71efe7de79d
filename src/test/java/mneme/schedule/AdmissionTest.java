package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mneme.format.Encoding;
import mneme.memory.Footprint;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  /// A page of 4 tokens is 512 bytes, the state 512.
  private static final MemoryPlan HYBRID =
      MemoryPlan.of(
          List.of(new MemoryNeed.Kv(1, 8, 8, 0), new MemoryNeed.State(128)),
          KvEncoding.both(Encoding.F32),
          4);

  private static final PoolShape SHAPE = new PoolShape(4, 1024);
  private final Admission admission = new Admission(HYBRID, SHAPE, 8, 100);

  @Test
  void whatFitsThePoolAloneIsPossibleToTheLastToken() {
    // Eight objects of 512 bytes: one state and seven pages.
    assertThat(admission.judge(20, 8)).isInstanceOf(Admission.Possible.class);
    assertThat(admission.judge(20, 9)).isInstanceOf(Admission.NeverFits.class);
    assertThat(admission.longest()).isEqualTo(28);
  }

  @Test
  void whatNeverFitsIsRefusedWithTheArithmetic() {
    assertThat(admission.judge(20, 9).sentence())
        .isEqualTo(
            "29 tokens take 4608 bytes; the pool has 4096 in all, enough for 28 tokens;"
                + " ask for fewer tokens or give the pool more memory");
  }

  @Test
  void aPromptThatFillsTheContextIsRefused() {
    assertThat(admission.judge(100, 1))
        .isEqualTo(new Admission.TooLong(100, 100))
        .extracting(Admission.Verdict::sentence)
        .isEqualTo(
            "the prompt has 100 tokens and at least one more is to come; the context holds 100");
  }

  @Test
  void theContextBoundsWhatIsAskedFor() {
    Admission roomy = new Admission(HYBRID, new PoolShape(100, 1024), 8, 100);
    assertThat(roomy.judge(20, Integer.MAX_VALUE))
        .isEqualTo(new Admission.Possible(20, 100, 26 * 512, 102400));
  }

  @Test
  void theTableCountsDownAsSequencesGrow() {
    List<WhatIf.Row> rows = new WhatIf(HYBRID, SHAPE, 8).table(4, 28);
    assertThat(rows).extracting(WhatIf.Row::tokens).containsExactly(4, 8, 16, 28);
    assertThat(rows).extracting(WhatIf.Row::sequences).containsExactly(4L, 2L, 1L, 1L);
    assertThat(rows).extracting(WhatIf.Row::bytes).containsExactly(1024L, 1536L, 2560L, 4096L);
    assertThat(rows.getFirst()).isEqualTo(new WhatIf.Row(4, List.of(512L), 512, 1024, 4));
  }

  @Test
  void aPlanThatRemembersNothingFitsWithoutEnd() {
    MemoryPlan nothing = MemoryPlan.of(List.of(), KvEncoding.both(Encoding.F16), 16);
    assertThat(new WhatIf(nothing, SHAPE, 8).row(1000).sequences()).isEqualTo(Long.MAX_VALUE);
    assertThat(new WhatIf(nothing, SHAPE, 8).sequencesBeside(Footprint.peak(HYBRID, 8, 8), 10))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Property(tries = 300)
  void besideOthersFitsWhatTheRestOfTheSlabsHolds(
      @ForAll @IntRange(min = 0, max = 12) int others,
      @ForAll @IntRange(min = 1, max = 40) int tokens,
      @ForAll @IntRange(min = 1, max = 40) int slabs) {
    PoolShape shape = new PoolShape(slabs, 1024);
    Footprint held = Footprint.peak(HYBRID, 7, 8).times(others);
    Footprint one = Footprint.peak(HYBRID, tokens, 8);
    long more = new WhatIf(HYBRID, shape, 8).sequencesBeside(held, tokens);
    assertThat(more == 0 || held.plus(one.times(more)).fits(shape)).isTrue();
    assertThat(held.plus(one.times(more + 1)).fits(shape)).isFalse();
  }
}
