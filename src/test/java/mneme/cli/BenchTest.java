package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchTest {
  @Test
  void wantsAServerThatIsThere() {
    assertThat(Session.of("bench").status()).isEqualTo(2);
    Session absent = Session.of("bench", "--against", "http://127.0.0.1:1", "--model", "x");
    assertThat(absent.status()).isEqualTo(2);
    assertThat(absent.err()).contains("http://127.0.0.1:1");
    assertThat(Session.of("bench", "--against", "http://127.0.0.1:1", "--streams", "0").err())
        .contains("at least 1");
  }
}
