package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuspectsTest {
  private final Suspects suspects = new Suspects(3);

  private static Turn turn(long sequence, int start, int end) {
    return new Turn(sequence, start, end, false);
  }

  @Test
  void allOfAFailedStepRunAloneFromWhereItFailed() {
    suspects.failed(List.of(turn(1, 40, 41), turn(2, 0, 16)));
    assertThat(suspects.companyUntil(1)).isEqualTo(40);
    assertThat(suspects.companyUntil(2)).isZero();
    assertThat(suspects.companyUntil(3)).isEqualTo(Integer.MAX_VALUE);
    assertThat(suspects.isGuilty(1) || suspects.isGuilty(2)).isFalse();
  }

  @Test
  void whoGetsPastThePlaceIsCleared() {
    suspects.failed(List.of(turn(1, 40, 41), turn(2, 0, 16)));
    suspects.passed(1, 40);
    assertThat(suspects.companyUntil(1)).isEqualTo(40);
    suspects.passed(1, 41);
    assertThat(suspects.companyUntil(1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(suspects.companyUntil(2)).isZero();
  }

  @Test
  void whoFailsAloneInARowIsGuilty() {
    suspects.failed(List.of(turn(1, 40, 41), turn(2, 0, 16)));
    suspects.failed(List.of(turn(1, 40, 41)));
    suspects.failed(List.of(turn(1, 40, 41)));
    suspects.passed(1, 41);
    suspects.failed(List.of(turn(1, 41, 42)));
    suspects.failed(List.of(turn(1, 41, 42)));
    assertThat(suspects.isGuilty(1)).isFalse();
    suspects.failed(List.of(turn(1, 41, 42)));
    assertThat(suspects.isGuilty(1)).isTrue();
    assertThat(suspects.isGuilty(2)).isFalse();
    suspects.forget(1);
    assertThat(suspects.isGuilty(1)).isFalse();
  }

  @Test
  void whatFailsOnlyInCompanyRunsAloneForTwiceAsLongEachTime() {
    int position = 0;
    for (int steps = 1; steps <= 8; steps *= 2) {
      suspects.failed(List.of(turn(1, position, position + 1), turn(2, 0, 1)));
      for (int i = 0; i < steps; i++) {
        assertThat(suspects.companyUntil(1)).isEqualTo(position);
        suspects.passed(1, ++position);
      }
      assertThat(suspects.companyUntil(1)).isEqualTo(Integer.MAX_VALUE);
    }
  }
}
