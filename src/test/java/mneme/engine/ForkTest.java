package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.memory.Tokens;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several choices for one prompt: each is bit for bit what a request of its own would get.
class ForkTest {
  private static final int PROMPT = 300;
  private static final int TOKENS = 24;

  /// In the small pools not all find room at once: they wait, and continue by reuse and replay.
  @ParameterizedTest
  @CsvSource({
    "attention, 5, 64 MiB",
    "window, 5, 64 MiB",
    "recurrent, 5, 64 MiB",
    "mixed, 16, 64 MiB",
    "attention, 8, 24 KiB",
    "recurrent, 8, 1 KiB",
    "mixed, 8, 64 KiB"
  })
  void everyChoiceIsTheRequestWithItsSeed(String model, int choices, String poolBytes)
      throws Exception {
    String settings = "mneme.engine.pool.bytes = " + poolBytes;
    List<List<Event.Token>> alone = new ArrayList<>();
    try (TestNode node = new TestNode("")) {
      for (int i = 0; i < choices; i++) {
        alone.add(TestNode.tokens(node.run(wish(model, "alone " + i).choice(i))));
      }
    }
    try (TestNode node = new TestNode(settings)) {
      assertThat(streams(node, wish(model, "all"), choices)).as("cold").isEqualTo(alone);
      assertThat(streams(node, wish(model, "all"), choices)).as("warm").isEqualTo(alone);
      assertThat(node.audit()).isEmpty();
    }
    assertThat(alone.stream().distinct().count()).isGreaterThan(choices / 2);
  }

  @Test
  void thePromptIsReadOnce() throws Exception {
    int choices = 6;
    try (TestNode node = new TestNode("")) {
      for (String model : List.of("attention", "window", "recurrent", "mixed")) {
        assertThat(streams(node, wish(model, "one"), choices)).hasSize(choices);
        Snapshot.Load load =
            TestNode.get(node.engine.snapshot()).models().stream()
                .filter(one -> one.model().equals(model))
                .findFirst()
                .orElseThrow();
        // All but the last token, which each choice reads to draw from it: that counts as a decode.
        assertThat(load.prefillTokens()).as(model).isEqualTo(PROMPT - 1);
        assertThat(load.decodeTokens()).as(model).isLessThanOrEqualTo((TOKENS + 2) * choices);
      }
    }
  }

  @Test
  void choicesShareThePagesOfTheirPrompt() throws Exception {
    int choices = 8;
    int pages = Math.ceilDiv(PROMPT, 16);
    // Room for the prompt once and a few pages for each choice; far from room for eight prompts.
    int bytes = (pages + 5 * choices) * 2 * 16 * 8 * 4;
    try (TestNode node = new TestNode("mneme.engine.pool.bytes = " + bytes)) {
      List<Engine.Choice> said =
          TestNode.get(
              node.engine
                  .generate(wish("attention", "all"), choices)
                  .runWith(Sink.seq(), node.system));
      List<Event.Finished> ends =
          said.stream()
              .flatMap(one ->
                  one.event() instanceof Event.Finished end
                      ? java.util.stream.Stream.of(end)
                      : java.util.stream.Stream.empty())
              .toList();
      assertThat(ends).hasSize(choices).allMatch(end -> end.statistics().preemptions() == 0);
    }
  }

  @Test
  void cancellingEndsThemAll() throws Exception {
    try (TestNode node = new TestNode("")) {
      Completion endless = Toys.completion("mixed", Toys.prompt(2, 40), 4000);
      TestNode.get(node.engine.generate(endless, 8).take(20).runWith(Sink.seq(), node.system));
      Snapshot snapshot = TestNode.get(node.engine.snapshot());
      for (int i = 0; i < 500 && isBusy(snapshot); i++) {
        Thread.sleep(10);
        snapshot = TestNode.get(node.engine.snapshot());
      }
      assertThat(isBusy(snapshot)).as(snapshot.toString()).isFalse();
    }
  }

  private static boolean isBusy(Snapshot snapshot) {
    Snapshot.Pool pool = snapshot.pools().getFirst();
    return snapshot.models().getFirst().running() > 0
        || pool.pageBytes() + pool.stateBytes() + pool.restingBytes() > 0;
  }

  @Test
  void everyChoiceOfARefusedRequestIsTold() throws Exception {
    try (TestNode node = new TestNode("")) {
      for (Completion wrong :
          List.of(
              Toys.completion("nothing", Toys.prompt(1, 3), 3),
              Toys.completion("attention", Toys.prompt(1, 5000), 3),
              Toys.completion("attention", Tokens.of(), 3))) {
        List<Engine.Choice> said =
            TestNode.get(node.engine.generate(wrong, 3).runWith(Sink.seq(), node.system));
        assertThat(said).hasSize(3).allMatch(one -> one.event() instanceof Event.Failed);
        assertThat(said.stream().mapToInt(Engine.Choice::index).sorted()).containsExactly(0, 1, 2);
      }
    }
  }

  /// The null device's logits are 1 for one token and 0 for all others: warm enough, every seed
  /// tells another story.
  private static Completion wish(String model, String tenant) {
    Sampling sampling = new Sampling(0.3f, 0, 1, 0, 1, 0, 1, 0, 0, 7, java.util.Map.of());
    return new Completion(
        model,
        Toys.prompt(5, PROMPT),
        sampling,
        Optional.of(TOKENS),
        List.of(),
        Optional.of(2),
        tenant);
  }

  private static List<List<Event.Token>> streams(TestNode node, Completion wish, int choices)
      throws Exception {
    CompletionStage<List<Engine.Choice>> said =
        node.engine.generate(wish, choices).runWith(Sink.seq(), node.system);
    List<List<Event>> events = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      events.add(new ArrayList<>());
    }
    TestNode.get(said).forEach(one -> events.get(one.index()).add(one.event()));
    return events.stream().map(TestNode::tokens).toList();
  }
}
