package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mneme.device.host.HostDevice;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several choices of real models: pages are shared and copied, states are copied, and each choice
/// has the tokens and the log probabilities of a request of its own.
class ForkedModelsTest {
  private static final int CHOICES = 4;
  private static final int PROMPT = 150;
  private static final int TOKENS = 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "gemma3",
        "deepseek2",
        "mamba",
        "mamba2",
        "rwkv7",
        "qwen35",
        "lfm2",
        "falcon-h1",
        "minimax-01",
        "recurrent_gemma"
      })
  void everyChoiceIsTheRequestWithItsSeed(String model) throws Exception {
    GoldenModels.path(model);
    List<List<Event.Token>> alone = new ArrayList<>();
    List<List<Event.Token>> together = new ArrayList<>();
    try (TestNode node = node()) {
      for (int i = 0; i < CHOICES; i++) {
        alone.add(tokens(node.run(wish(model, "alone " + i).choice(i))));
        together.add(new ArrayList<>());
      }
    }
    try (TestNode node = node()) {
      List<Engine.Choice> said =
          TestNode.get(
              node.engine
                  .generate(wish(model, "together"), CHOICES)
                  .runWith(Sink.seq(), node.system));
      said.forEach(one -> together.get(one.index()).addAll(tokens(List.of(one.event()))));
      Snapshot.Load load = TestNode.get(node.engine.snapshot()).models().getFirst();
      assertThat(load.prefillTokens()).as("prompt tokens read").isEqualTo(PROMPT - 1);
      assertThat(node.audit()).isEmpty();
    }
    assertThat(together).isEqualTo(alone);
    assertThat(alone.stream().distinct().count()).isGreaterThan(1);
  }

  private static TestNode node() {
    return new TestNode(
        "mneme.engine { step { chunk-tokens = 64, tokens = 256 } }",
        Map.of("host", () -> new HostDevice(2)),
        settings -> new GoldenModels(settings, Set.of()));
  }

  private static Completion wish(String model, String tenant) {
    return new Completion(
        model,
        PrefixReuseTest.text(3, PROMPT),
        Sampling.defaults(11),
        Optional.of(TOKENS),
        List.of(),
        Optional.of(2),
        tenant);
  }

  private static List<Event.Token> tokens(List<Event> events) {
    assertThat(events).noneMatch(Event.Failed.class::isInstance);
    List<Event.Token> tokens = new ArrayList<>();
    events.forEach(e -> tokens.addAll(e instanceof Event.Text text ? text.tokens() : List.of()));
    return tokens;
  }
}
