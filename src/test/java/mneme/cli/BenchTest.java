package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchTest {
  @Test
  void wantsAServerThatIsThere() {
    Session absent = Session.of("bench", "--against", "http://127.0.0.1:1", "--model", "x");
    assertThat(absent.status()).isEqualTo(2);
    assertThat(absent.err()).contains("http://127.0.0.1:1");
    assertThat(Session.of("bench", "--against", "http://127.0.0.1:1", "--streams", "0").err())
        .contains("at least 1");
  }

  @Test
  void withoutAServerItMeasuresANodeOfItsOwn() {
    Session bench =
        Session.of(
            "bench", "--model", "mneme-tiny", "--streams", "2", "--rounds", "1", "--tokens", "4");
    assertThat(bench.status()).isZero();
    assertThat(bench.out()).contains("TOKENS/S").containsPattern("(?m)^2 +4 +\\d+\\+16 ");
  }
}
