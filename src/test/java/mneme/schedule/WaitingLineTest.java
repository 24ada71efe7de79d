package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mneme.schedule.WaitingLine.Waiter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
  private static final int OVERTAKES = 3;
  private final WaitingLine line = new WaitingLine(OVERTAKES);
  private long arrivals;

  private Waiter add(String tenant) {
    Waiter waiter = new Waiter(++arrivals, tenant, arrivals);
    line.add(waiter);
    return waiter;
  }

  @Test
  void tenantsTakeTurnsAndEachKeepsItsOrder() {
    Waiter a1 = add("a");
    Waiter a2 = add("a");
    Waiter b1 = add("b");
    List<Waiter> entered = new ArrayList<>();
    while (line.size() > 0) {
      entered.add(line.candidates().getFirst());
      line.entered(entered.getLast());
    }
    assertThat(entered).containsExactly(a1, b1, a2);
  }

  @Test
  void whoWasPreemptedGoesFirstOldestBeforeNewer() {
    add("a");
    line.addPreempted(new Waiter(92, "a", -1));
    line.addPreempted(new Waiter(91, "b", -2));
    assertThat(line.candidates()).extracting(Waiter::sequence).containsExactly(91L, 92L, 1L);
  }

  @Test
  void aLargeClaimIsPassedOnlySoOften() {
    Waiter large = add("a");
    for (int i = 0; i < OVERTAKES; i++) {
      Waiter small = add("b");
      assertThat(line.candidates()).containsExactly(large, small);
      line.entered(small);
    }
    add("b");
    assertThat(line.candidates()).containsExactly(large);
  }

  @Test
  void whoseClientLeftWaitsNoMore() {
    Waiter one = add("a");
    Waiter two = add("a");
    line.remove(one.sequence());
    assertThat(line.candidates()).containsExactly(two);
    line.remove(two.sequence());
    assertThat(line.candidates()).isEmpty();
    assertThat(line.size()).isZero();
  }

  /// Memory comes at random; large claims need luck, small ones nearly always fit.
  @Property(tries = 200)
  void everyoneEntersAfterABoundedNumberOfOthers(@ForAll long seed) {
    Random random = new Random(seed);
    WaitingLine line = new WaitingLine(OVERTAKES);
    Map<Long, Integer> enteredBefore = new HashMap<>();
    int entered = 0;
    int longest = 0;
    for (long id = 0; id < 300; id++) {
      line.add(new Waiter(id, "tenant " + random.nextInt(3), id));
      enteredBefore.put(id, entered);
      for (Waiter waiter : line.candidates()) {
        boolean isLarge = waiter.sequence() % 5 == 0;
        if (random.nextInt(isLarge ? 10 : 2) == 0 || line.size() > 12) {
          line.entered(waiter);
          longest = Math.max(longest, entered++ - enteredBefore.get(waiter.sequence()));
          break;
        }
      }
    }
    // Never more than a dozen wait; each of them can be passed three times by each tenant's head.
    assertThat(longest).isLessThanOrEqualTo(13 + 13 * OVERTAKES);
  }
}
