package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import mneme.device.Batch;
import mneme.device.DeviceException;
import mneme.device.Logits;
import mneme.memory.Tokens;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Devices that fail, lie, or do not come back: whose input is at fault ends alone with a clear
/// error, everyone else has the stream of a run alone.
class DeviceTroubleTest {
  /// An id that no toy prompt has and no toy model draws.
  private static final int POISON = 1_000_003;

  private static final int COMPANY = 6;
  private static final int TOKENS = 30;

  private final CopyOnWriteArrayList<TroubledDevice.Pool> pools = new CopyOnWriteArrayList<>();

  private TestNode node(String settings, TroubledDevice.Trouble trouble) {
    return new TestNode(settings, () -> new TroubledDevice(trouble, pools));
  }

  @ParameterizedTest
  @CsvSource({
    "attention, FAILED, 0",
    "window, LOST, 10",
    "recurrent, OUT_OF_MEMORY, 0",
    "mixed, FAILED, 50",
    "mixed, BUILD_FAILED, 64"
  })
  void inputThatMakesTheDeviceFailEndsItsOwnStreamOnly(
      String model, DeviceException.Kind kind, int healthyTokens) throws Exception {
    TroubledDevice.Trouble trouble =
        new TroubledDevice.Trouble() {
          @Override
          public void before(Batch batch) {
            if (isPoisoned(batch)) {
              throw new DeviceException(kind, "this kernel has gone wrong");
            }
          }

          @Override
          public boolean isStubborn() {
            return kind == DeviceException.Kind.LOST;
          }
        };
    try (TestNode node = node("", trouble)) {
      List<CompletionStage<List<Event>>> streams = company(node, model);
      Tokens prompt =
          Toys.prompt(3, healthyTokens).plus(Tokens.of(POISON)).plus(Toys.prompt(4, 40));
      List<Event> poisoned = node.run(Toys.completion(model, prompt, TOKENS));
      assertFailed(poisoned, "even alone: this kernel has gone wrong");
      assertCompanyIsWell(streams);
      assertThat(node.audit()).isEmpty();
    }
  }

  /// Nobody is guilty who fails only together with another.
  @Test
  void aDeviceThatFailsUnderLoadStillServesEveryone() throws Exception {
    TroubledDevice.Trouble trouble =
        new TroubledDevice.Trouble() {
          @Override
          public void before(Batch batch) {
            if (batch.spans().size() > 3) {
              throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "no more scratch");
            }
          }
        };
    try (TestNode node = node("mneme.engine.device-backoff = 1 ms", trouble)) {
      assertCompanyIsWell(company(node, "mixed"));
    }
  }

  @ParameterizedTest
  @CsvSource({"attention", "mixed"})
  void numbersThatAreNoneOnceAreReadAgain(String model) throws Exception {
    AtomicInteger steps = new AtomicInteger();
    try (TestNode node = node("", brokenRows(batch -> steps.incrementAndGet() == 20))) {
      assertCompanyIsWell(company(node, model));
      assertThat(steps.get()).isGreaterThan(20);
      assertThat(node.audit()).isEmpty();
    }
  }

  /// The numbers of the step that was under way when the stream paused.
  @Test
  void numbersThatAreNoneDoNotMakeAStreamRunAheadOfItsReader() throws Exception {
    AtomicInteger draws = new AtomicInteger();
    Predicate<Batch> isSixth =
        batch -> batch.spans().getFirst().outputs() > 0 && draws.incrementAndGet() == 6;
    try (TestNode node = node("mneme.engine.buffer-tokens = 5", brokenRows(isSixth))) {
      TestProbe<Reader.Message> reader = TestProbe.create(Reader.Message.class, node.system);
      Tokens prompt = Toys.prompt(10, 5);
      Completion completion = Toys.completion("mixed", prompt, TOKENS);
      node.system.tell(new Node.Generate(completion, 1, reader.getRef()));
      Reader.Attached attached = reader.expectMessageClass(Reader.Attached.class);
      reader.expectMessageClass(Reader.Said.class);
      reader.expectNoMessage(Duration.ofMillis(500));
      assertThat(draws.get()).isLessThanOrEqualTo(7);
      attached.sequence().tell(new Sequence.More(1000));
      List<Event> events = new ArrayList<>();
      while (events.isEmpty() || !(events.getLast() instanceof Event.Finished)) {
        events.add(reader.expectMessageClass(Reader.Said.class).event());
      }
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(prompt, TOKENS));
    }
  }

  @Test
  void numbersThatAreNeverAnyEndTheirOwnStream() throws Exception {
    try (TestNode node = node("", brokenRows(DeviceTroubleTest::isPoisoned))) {
      List<CompletionStage<List<Event>>> streams = company(node, "mixed");
      Tokens prompt = Toys.prompt(3, 30).plus(Tokens.of(POISON));
      assertFailed(node.run(Toys.completion("mixed", prompt, TOKENS)), "after token 30");
      assertCompanyIsWell(streams);
    }
  }

  @Test
  void aDeviceThatDoesNotComeBackIsReplaced() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger steps = new AtomicInteger();
    TroubledDevice.Trouble trouble =
        new TroubledDevice.Trouble() {
          @Override
          public void before(Batch batch) {
            if (steps.incrementAndGet() == 15) {
              stuck.countDown();
              await(release);
            }
          }
        };
    try (TestNode node = node("mneme.engine.step-patience = 200 ms", trouble)) {
      List<CompletionStage<List<Event>>> streams = company(node, "mixed");
      await(stuck);
      assertCompanyIsWell(streams);
      assertThat(pools).hasSize(2).allMatch(pool -> pool.isOpen.get());
      // The late step runs to its end in the old memory, which then is closed by its own thread.
      release.countDown();
      for (int i = 0; i < 1000 && pools.getFirst().isOpen.get(); i++) {
        Thread.sleep(5);
      }
      assertThat(pools.getFirst().isOpen.get()).isFalse();
      assertThat(pools.getLast().isOpen.get()).isTrue();
      assertCompanyIsWell(company(node, "mixed"));
      assertThat(node.audit()).isEmpty();
    } finally {
      release.countDown();
    }
  }

  @Test
  void inputThatNeverComesBackEndsItsOwnStreamOnly() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    TroubledDevice.Trouble trouble =
        new TroubledDevice.Trouble() {
          @Override
          public void before(Batch batch) {
            if (isPoisoned(batch)) {
              await(release);
            }
          }
        };
    try (TestNode node = node("mneme.engine.step-patience = 200 ms", trouble)) {
      List<CompletionStage<List<Event>>> streams = company(node, "mixed");
      Tokens prompt = Toys.prompt(3, 30).plus(Tokens.of(POISON));
      assertFailed(node.run(Toys.completion("mixed", prompt, TOKENS)), "no answer within PT0.2S");
      assertCompanyIsWell(streams);
      assertThat(pools).hasSizeGreaterThan(3);
      release.countDown();
    } finally {
      release.countDown();
    }
  }

  private static boolean isPoisoned(Batch batch) {
    return batch.spans().stream()
        .flatMapToInt(span -> Arrays.stream(span.tokens().toArray()))
        .anyMatch(id -> id == POISON);
  }

  /// Rows of `NaN` for the spans of a batch that `isBroken`; of a batch with poison only for those
  /// that have it.
  private static TroubledDevice.Trouble brokenRows(Predicate<Batch> isBroken) {
    return new TroubledDevice.Trouble() {
      @Override
      public void after(Batch batch, Logits logits) {
        if (!isBroken.test(batch)) {
          return;
        }
        int row = 0;
        for (var span : batch.spans()) {
          if (span.outputs() > 0 && isPoisoned(batch) == isPoisoned(new Batch(List.of(span)))) {
            int from = row * logits.vocabulary();
            Arrays.fill(logits.values(), from, from + logits.vocabulary(), Float.NaN);
          }
          row += span.outputs();
        }
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<CompletionStage<List<Event>>> company(TestNode node, String model) {
    List<CompletionStage<List<Event>>> streams = new ArrayList<>();
    for (int i = 0; i < COMPANY; i++) {
      Completion completion = Toys.completion(model, Toys.prompt(10 + i, 5 + 23 * i), TOKENS);
      streams.add(node.engine.generate(completion).runWith(Sink.seq(), node.system));
    }
    return streams;
  }

  private static void assertCompanyIsWell(List<CompletionStage<List<Event>>> streams)
      throws Exception {
    for (int i = 0; i < COMPANY; i++) {
      assertThat(TestNode.ids(TestNode.get(streams.get(i))))
          .as("stream " + i)
          .isEqualTo(Toys.answer(Toys.prompt(10 + i, 5 + 23 * i), TOKENS));
    }
  }

  private static void assertFailed(List<Event> events, String why) {
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.Failed.class,
            failed -> {
              assertThat(failed.failure()).isEqualTo(Event.Failure.INTERNAL);
              assertThat(failed.message()).contains(why);
            });
  }
}
