package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
  @Test
  void textThatMayBecomeAStopTextIsHeldBack() {
    StopMatcher matcher = new StopMatcher(List.of("\nUser:"));
    assertThat(matcher.accept("Yes.\nUs")).isEqualTo("Yes.");
    assertThat(matcher.accept("ually")).isEqualTo("\nUsually");
    assertThat(matcher.accept(" so\nUser")).isEqualTo(" so");
    assertThat(matcher.accept(": and")).isEmpty();
    assertThat(matcher.matched()).contains("\nUser:");
    assertThat(matcher.accept("more") + matcher.flush()).isEmpty();
  }

  @Test
  void heldTextComesOutAtTheEnd() {
    StopMatcher matcher = new StopMatcher(List.of("abc"));
    assertThat(matcher.accept("xab")).isEqualTo("x");
    assertThat(matcher.flush()).isEqualTo("ab");
    assertThat(matcher.isStopped()).isFalse();
  }

  @Property
  void cutsOfTheStreamDoNotMatter(
      @ForAll("pieces") List<String> pieces, @ForAll("stops") List<String> stops) {
    StopMatcher cut = new StopMatcher(stops);
    StringBuilder shown = new StringBuilder();
    pieces.forEach(piece -> shown.append(cut.accept(piece)));
    shown.append(cut.flush());
    String text = String.join("", pieces);
    int end = endOfFirstStop(text, stops);
    assertThat(cut.isStopped()).isEqualTo(end >= 0);
    if (end < 0) {
      assertThat(shown).hasToString(text);
    } else {
      String stop = cut.matched().orElseThrow();
      assertThat(shown + stop).isEqualTo(text.substring(0, end));
    }
  }

  private static int endOfFirstStop(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      for (String stop : stops) {
        if (!stop.isEmpty() && text.substring(0, end).endsWith(stop)) {
          return end;
        }
      }
    }
    return -1;
  }

  @Provide
  Arbitrary<List<String>> pieces() {
    return Arbitraries.strings().withChars("abc").ofMaxLength(3).list().ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> stops() {
    return Arbitraries.strings().withChars("abc").ofMaxLength(5).list().ofMaxSize(3);
  }
}
