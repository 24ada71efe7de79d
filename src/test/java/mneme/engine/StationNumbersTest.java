package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class StationNumbersTest {
  @Test
  void everyNumberIsGivenOnceAndThenNone() {
    StationNumbers numbers = new StationNumbers(2);
    Set<Integer> inUse = new HashSet<>();
    for (int i = 2; i < 127; i++) {
      assertThat(inUse.add(numbers.next(inUse).orElseThrow())).isTrue();
    }
    assertThat(inUse).isEqualTo(IntStream.range(2, 127).boxed().collect(Collectors.toSet()));
    assertThat(numbers.areAllIn(inUse)).isTrue();
    assertThat(numbers.next(inUse)).isEmpty();
    inUse.remove(40);
    assertThat(numbers.next(inUse)).hasValue(40);
  }

  @Test
  void aNumberThatWasGivenBackIsNotTheNext() {
    StationNumbers numbers = new StationNumbers(2);
    int once = numbers.next(Set.of()).orElseThrow();
    assertThat(numbers.next(Set.of()).orElseThrow()).isNotEqualTo(once);
  }

  @Test
  void devicesMayLeaveNone() {
    assertThat(new StationNumbers(127).next(Set.of())).isEmpty();
    assertThat(new StationNumbers(200).next(Set.of())).isEmpty();
  }
}
