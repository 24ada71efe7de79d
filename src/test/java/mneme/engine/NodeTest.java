package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.memory.Tokens;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTest {
  private final TestNode node = new TestNode("");

  @AfterEach
  void close() throws Exception {
    assertThat(node.audit()).isEmpty();
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"attention", "window", "recurrent", "mixed"})
  void concurrentStreamsAnswerAsIfAlone(String model) throws Exception {
    List<CompletionStage<List<Event>>> streams = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Completion completion = Toys.completion(model, Toys.prompt(i, 5 + 23 * i), 40);
      streams.add(node.engine.generate(completion).runWith(Sink.seq(), node.system));
    }
    for (int i = 0; i < 12; i++) {
      List<Event> events = TestNode.get(streams.get(i));
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(i, 5 + 23 * i), 40));
      assertThat(events.getFirst()).isInstanceOf(Event.Started.class);
      assertThat(events.getLast()).isInstanceOf(Event.Finished.class);
    }
  }

  @Test
  void aStopTextEndsTheStreamAndIsNotPartOfIt() throws Exception {
    Tokens prompt = Toys.prompt(3, 20);
    List<Integer> whole = Toys.answer(prompt, 30);
    Completion plain = Toys.completion("attention", prompt, 30);
    Completion stopped =
        new Completion(
            plain.model(),
            prompt,
            plain.sampling(),
            plain.maxTokens(),
            List.of(" " + whole.get(5) + " " + whole.get(6) + " "),
            plain.topLogprobs(),
            plain.tenant());
    List<Event> events = node.run(stopped);
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event instanceof Event.Text some ? some.text() : ""));
    StringBuilder wanted = new StringBuilder();
    whole.subList(0, 5).forEach(id -> wanted.append(wanted.isEmpty() ? "" : " ").append(id));
    assertThat(text.toString()).isEqualTo(wanted.toString());
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.Finished.class, end -> assertThat(end.reason()).isEqualTo(Event.Reason.STOP));
  }

  @Test
  void aPromptSentAgainIsReadFromTheCache() throws Exception {
    Tokens prompt = Toys.prompt(1, 200);
    for (String model : List.of("attention", "mixed", "recurrent")) {
      node.run(Toys.completion(model, prompt, 10));
      List<Event> again = node.run(Toys.completion(model, prompt, 10));
      assertThat(again.getFirst())
          .isInstanceOfSatisfying(
              Event.Started.class,
              started ->
                  assertThat(started.cachedTokens())
                      .as(model + ": " + started.cacheNote())
                      .isGreaterThanOrEqualTo(128));
      assertThat(TestNode.ids(again)).isEqualTo(Toys.answer(prompt, 10));
    }
  }

  @Test
  void aReaderWhoLeavesFreesTheMemory() throws Exception {
    Completion endless = Toys.completion("window", Toys.prompt(2, 20), 4000);
    TestNode.get(node.engine.generate(endless).take(3).runWith(Sink.seq(), node.system));
    Snapshot snapshot = TestNode.get(node.engine.snapshot());
    for (int i = 0; i < 500 && !isEmpty(snapshot); i++) {
      Thread.sleep(10);
      snapshot = TestNode.get(node.engine.snapshot());
    }
    assertThat(isEmpty(snapshot)).as(snapshot.toString()).isTrue();
  }

  @Test
  void modelsThatComeAndGoLeaveNothingBehind() throws Exception {
    List<String> models = List.of("attention", "window", "recurrent", "mixed");
    for (int i = 0; i < 200; i++) {
      String model = models.get(i * 7 / 5 % 4);
      node.run(Toys.completion(model, Toys.prompt(i, 50), 5));
      node.engine.load(model, Optional.of(Duration.ZERO));
      assertThat(hasLeft(node)).as("%d: %s", i, node.books()).isTrue();
    }
    List<Event> last = node.run(Toys.completion("mixed", Toys.prompt(1, 50), 5));
    assertThat(TestNode.ids(last)).isEqualTo(Toys.answer(Toys.prompt(1, 50), 5));
    assertThat(node.books().models()).hasSize(1);
  }

  /// Whether the pool forgets the model and frees all of its bytes, at the latest when the step
  /// that still runs has ended.
  private static boolean hasLeft(TestNode node) throws Exception {
    for (int i = 0; i < 5000; i++) {
      MemoryPool.Books books = node.books();
      if (books.models().isEmpty() && books.usage().freeBytes() == books.usage().totalBytes()) {
        return true;
      }
      Thread.sleep(1);
    }
    return false;
  }

  private static boolean isEmpty(Snapshot snapshot) {
    Snapshot.Pool pool = snapshot.pools().getFirst();
    return snapshot.models().getFirst().running() == 0
        && pool.pageBytes() + pool.stateBytes() + pool.restingBytes() == 0;
  }

  /// Some of so many come when the host of the first is about to stop.
  @Test
  void anUnknownModelIsRefusedToAllWhoAskForItAtOnce() throws Exception {
    TestNode.get(node.engine.load("attention", Optional.empty()));
    List<CompletionStage<Boolean>> refusals = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      refusals.add(
          node.engine.load("no-such", Optional.empty()).handle((_, fault) -> fault != null));
    }
    for (CompletionStage<Boolean> refusal : refusals) {
      assertThat(TestNode.get(refusal)).isTrue();
    }
  }

  @Test
  void anUnknownModelAndALongPromptAreRefused() throws Exception {
    assertThat(node.run(Toys.completion("nothing", Toys.prompt(1, 3), 3)))
        .containsExactly(new Event.Failed(Event.Failure.NO_SUCH_MODEL, "no model 'nothing'"));
    List<Event> tooLong = node.run(Toys.completion("attention", Toys.prompt(1, 5000), 3));
    assertThat(tooLong.getLast())
        .isInstanceOfSatisfying(
            Event.Failed.class,
            failed ->
                assertThat(failed.failure())
                    .as(failed.message())
                    .isEqualTo(Event.Failure.NEVER_FITS));
    assertThat(node.run(Toys.completion("attention", Toys.prompt(1, 3), 2))).isNotEmpty();
  }
}
