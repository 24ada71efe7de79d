package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import mneme.memory.Tokens;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final int END = 0;

  /// `length` tokens, of which those before `ends` close a message.
  private static Tokens request(int length, Integer... ends) {
    Set<Integer> closed = Set.of(ends);
    return Tokens.of(
        IntStream.range(0, length).map(i -> closed.contains(i + 1) ? END : 5).toArray());
  }

  private static Places places(Tokens request, int from, int branch) {
    return Places.of(request, from, branch, Set.of(END), 64);
  }

  @Test
  void messagesThatEndCloseTogetherShareAState() {
    Places places = places(request(500, 20, 30, 90, 100, 490, 497), 0, 0);
    assertThat(places.cuts()).containsExactly(20, 90, 490, 497);
  }

  @Test
  void whatIsReusedIsNotSavedAgain() {
    assertThat(places(request(500, 20, 90, 490), 90, 0).cuts()).containsExactly(490);
    assertThat(places(request(500, 20, 90, 490), 90, 200).cuts()).containsExactly(200, 490);
    assertThat(places(request(500, 20, 90, 490), 90, 90).cuts()).containsExactly(490);
  }

  @Test
  void theLastTokenAlwaysRunsSoNothingIsSavedBehindIt() {
    assertThat(places(request(100, 100), 0, 0).cuts()).isEmpty();
  }

  @Test
  void withoutMessagesTheLastCellIsSaved() {
    Places places = places(request(500), 0, 0);
    assertThat(IntStream.range(1, 1200).filter(places::contains)).containsExactly(448, 512, 1024);
    Places closed = places(request(500, 490), 0, 0);
    assertThat(IntStream.range(1, 600).filter(closed::contains)).containsExactly(490, 512);
  }

  @Test
  void aModelWithoutStatesIsNotCut() {
    assertThat(Places.none(64).cuts()).isEqualTo(List.of());
  }
}
