package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mneme.schedule.Victims.Running;
import org.junit.jupiter.api.Test;

class VictimsTest {
  @Test
  void leastLostWorkGivesWay() {
    assertThat(
            Victims.choose(
                List.of(
                    new Running(1, 1, 5, 9), new Running(2, 2, 80, 9), new Running(3, 3, 40, 9))))
        .hasValue(new Running(3, 3, 40, 9));
  }

  @Test
  void theLatestArrivalGivesWayAmongEquals() {
    assertThat(
            Victims.choose(
                List.of(new Running(9, 1, 5, 9), new Running(8, 2, 5, 9), new Running(7, 3, 5, 9))))
        .hasValue(new Running(7, 3, 5, 9));
  }

  @Test
  void theOldestNeverGivesWay() {
    assertThat(Victims.choose(List.of(new Running(1, 1, 0, 9)))).isEmpty();
    assertThat(Victims.choose(List.of())).isEmpty();
  }

  @Test
  void whoFreesNothingComesLast() {
    assertThat(
            Victims.choose(
                List.of(
                    new Running(1, 1, 5, 9), new Running(2, 2, 0, 0), new Running(3, 3, 40, 9))))
        .hasValue(new Running(3, 3, 40, 9));
  }
}
