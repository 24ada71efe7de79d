package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mneme.schedule.Victims.Running;
import org.junit.jupiter.api.Test;

class VictimsTest {
  private static Running busy(long arrival, int lostTokens) {
    return new Running(arrival, arrival, false, lostTokens, 9);
  }

  @Test
  void leastLostWorkGivesWay() {
    List<Running> running = List.of(busy(1, 5), busy(2, 80), busy(3, 40));
    assertThat(Victims.choose(running, 1)).hasValue(busy(3, 40));
  }

  @Test
  void theLatestArrivalGivesWayAmongEquals() {
    List<Running> running = List.of(busy(1, 5), busy(2, 5), busy(3, 5));
    assertThat(Victims.choose(running, 1)).hasValue(busy(3, 5));
  }

  @Test
  void nobodyGivesWayToWhoCameLater() {
    List<Running> running = List.of(busy(1, 5), busy(2, 5), busy(3, 5));
    assertThat(Victims.choose(running, 3)).isEmpty();
    assertThat(Victims.choose(running, 2)).hasValue(busy(3, 5));
    assertThat(Victims.choose(List.of(), 2)).isEmpty();
  }

  @Test
  void whoIsIdleGivesWayFirstEvenToWhoCameLater() {
    Running idle = new Running(1, 1, true, 900, 9);
    assertThat(Victims.choose(List.of(idle, busy(2, 5), busy(3, 5)), 2)).hasValue(idle);
  }

  @Test
  void whoFreesNothingComesLast() {
    Running shared = new Running(2, 2, false, 0, 0);
    assertThat(Victims.choose(List.of(busy(1, 5), shared, busy(3, 40)), 1)).hasValue(busy(3, 40));
  }
}
