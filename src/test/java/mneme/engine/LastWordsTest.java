package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.device.none.NullDevice;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.text.Tokenizer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever goes wrong with one model or one stream, who waits for it hears so, and nobody else
/// notices.
@Timeout(60)
class LastWordsTest {
  /// Toy models whose tokenizer fails at the `call`th question for its end ids: the first comes of
  /// the landing, later ones of sequences and annexes.
  private static Function<EngineSettings, Loader> failingAt(int call) {
    AtomicInteger calls = new AtomicInteger();
    return settings -> {
      Loader toys = Toys.loader(settings);
      return new Loader() {
        @Override
        public List<ServedModel> models() {
          return toys.models();
        }

        @Override
        public Blueprint load(String name) {
          Blueprint read = toys.load(name);
          ServedModel whole = read.model();
          ServedModel model =
              new ServedModel(
                  name,
                  whole.metadata(),
                  failing(whole.tokenizer(), calls, call),
                  whole.contextTokens(),
                  whole.chatTemplate(),
                  0,
                  whole.digest(),
                  0,
                  whole.encoding());
          return new Blueprint(model, read.graph(), read.plan(), read.numerics(), read.file());
        }
      };
    };
  }

  private static TestNode node(Function<EngineSettings, Loader> models) {
    return new TestNode("", Map.of("host", NullDevice::new), models);
  }

  private static Tokenizer failing(Tokenizer tokenizer, AtomicInteger calls, int call) {
    return (Tokenizer)
        Proxy.newProxyInstance(
            Tokenizer.class.getClassLoader(),
            new Class<?>[] {Tokenizer.class},
            (_, method, arguments) -> {
              if (method.getName().equals("endIds") && calls.incrementAndGet() == call) {
                throw new IllegalStateException("the test wants this to fail");
              }
              return method.invoke(tokenizer, arguments);
            });
  }

  private static void assertFailed(List<Event> events, String why) {
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.Failed.class, failed -> assertThat(failed.message()).contains(why));
  }

  private static void assertAnswers(TestNode node, Completion completion) throws Exception {
    assertThat(TestNode.ids(node.run(completion))).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
  }

  private static Completion completion(String model) {
    return Toys.completion(model, Toys.prompt(1, 20), 5);
  }

  @Test
  void whoWaitsForAModelHearsThatLoadingItFailed() throws Exception {
    try (TestNode node = node(failingAt(1))) {
      assertFailed(node.run(completion("mixed")), "loading it failed");
      assertAnswers(node, completion("mixed"));
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void whoWaitsForAnEncodingHearsThatOpeningItFailed() throws Exception {
    Completion inHalves =
        completion("mixed")
            .keptIn(
                new Completion.Memory(
                    Optional.empty(), Optional.of(KvEncoding.both(Encoding.F16))));
    try (TestNode node = node(failingAt(2))) {
      assertFailed(node.run(inHalves), "keys and values cannot be kept so here: it failed");
      assertAnswers(node, inHalves);
      assertAnswers(node, completion("mixed"));
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void aSequenceThatCannotEvenBeginEndsItsStream() throws Exception {
    try (TestNode node = node(failingAt(2))) {
      assertFailed(node.run(completion("mixed")), "the sequence died");
      assertAnswers(node, completion("mixed"));
      assertThat(node.audit()).isEmpty();
    }
  }

  /// Neither the device nor a stream on it has anything to do with the failure.
  @Test
  void aModelThatCannotBeMadeReadyCostsNobodyElse() throws Exception {
    AtomicInteger openings = new AtomicInteger();
    try (TestNode node =
        new TestNode(
            "",
            () -> {
              openings.incrementAndGet();
              return new WrappedDevice(new NullDevice(Duration.ofMillis(1), Long.MAX_VALUE)) {
                @Override
                public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
                  if (graph.needs().equals(Toys.NEEDS.get("recurrent"))) {
                    throw new IllegalStateException("its file was closed");
                  }
                  return super.prepare(graph, plan, numerics);
                }
              };
            })) {
      List<CompletionStage<List<Event>>> others = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Completion long40 = Toys.completion("mixed", Toys.prompt(i, 50), 40);
        others.add(node.engine.generate(long40).runWith(Sink.seq(), node.system));
      }
      assertFailed(node.run(completion("recurrent")), "its file was closed");
      for (int i = 0; i < 4; i++) {
        assertThat(TestNode.ids(TestNode.get(others.get(i))))
            .isEqualTo(Toys.answer(Toys.prompt(i, 50), 40));
      }
      assertThat(openings).hasValue(1);
    }
  }

  @Test
  void aModelThatIsToStayForEverStays() throws Exception {
    try (TestNode node = new TestNode("")) {
      TestNode.get(node.engine.load("mixed", Optional.of(Duration.ofMillis(300))));
      TestNode.get(node.engine.load("mixed", Optional.of(Duration.ofMillis(-1))));
      Thread.sleep(600);
      List<Engine.Running> running = TestNode.get(node.engine.running());
      assertThat(running).hasSize(1);
      assertThat(running.getFirst().expiresAt()).isEmpty();
    }
  }

  /// A device that is slow to say what a model would take, and to let go of one.
  private static final class SlowDevice extends WrappedDevice {
    final CountDownLatch mayMeasure = new CountDownLatch(1);
    final CountDownLatch isMeasuring = new CountDownLatch(1);
    final CountDownLatch mayClose = new CountDownLatch(1);

    SlowDevice() {
      super(new NullDevice(Duration.ZERO, 100 << 20));
    }

    @Override
    public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
      if (graph.needs().equals(Toys.NEEDS.get("recurrent"))) {
        isMeasuring.countDown();
        await(mayMeasure);
      }
      ProgramSize size = super.measure(graph, plan, numerics, largest);
      return new ProgramSize(30 << 20, size.scratchBytes());
    }

    @Override
    public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
      return new WrappedProgram(super.prepare(graph, plan, numerics)) {
        @Override
        public long weightBytes() {
          return 30 << 20;
        }

        @Override
        public void close() {
          await(mayClose);
          super.close();
        }
      };
    }

    private static void await(CountDownLatch latch) {
      try {
        if (!latch.await(20, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody lets it go on");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void aModelThatIsLeavingMakesRoom() throws Exception {
    SlowDevice device = new SlowDevice();
    try (TestNode node = new TestNode("", () -> device)) {
      TestNode.get(node.engine.load("mixed", Optional.empty()));
      CompletionStage<List<Event>> other =
          node.engine.generate(completion("recurrent")).runWith(Sink.seq(), node.system);
      device.isMeasuring.await();
      TestNode.get(node.engine.load("mixed", Optional.of(Duration.ZERO)));
      while (!TestNode.get(node.engine.running()).isEmpty()) {
        Thread.sleep(5);
      }
      device.mayMeasure.countDown();
      Thread.sleep(300); // the node asks the model to leave, which is leaving
      device.mayClose.countDown();
      assertThat(TestNode.ids(TestNode.get(other))).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
    }
  }

  /// Its workers let go of what they hold of the model, though nobody is left to ask for it back.
  @Test
  void aRelayThatFailsLeavesNothingOnItsDevices() throws Exception {
    CountingPrograms counted = new CountingPrograms();
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    for (String id : List.of("first", "second")) {
      FickleDevice.Switch power = new FickleDevice.Switch();
      power.weightBytes = 30 << 20;
      devices.put(
          id, () -> counted.open(new FickleDevice(power, new NullDevice(Duration.ZERO, 70 << 20))));
    }
    try (TestNode node = new TestNode("", devices)) {
      assertAnswers(node, completion("mixed"));
      assertThat(counted.programs()).isEqualTo(2);
      Station split = node.directory().splits().getFirst();
      split.worker().tell(new Worker.Join(1, null, null));
      while (node.directory().splits().contains(split)) {
        Thread.sleep(5);
      }
      assertAnswers(node, completion("mixed"));
      for (int wait = 0; wait < 400 && counted.programs() != 2; wait++) {
        Thread.sleep(5);
      }
      assertThat(counted.programs()).isEqualTo(2);
      assertThat(node.audit()).isEmpty();
    }
  }

  /// A relay that fails where its model finds no place any more.
  @Test
  void streamsOfADeadRelayWithNowhereElseToGoEnd() throws Exception {
    AtomicBoolean areFull = new AtomicBoolean();
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    for (String id : List.of("first", "second")) {
      FickleDevice.Switch power = new FickleDevice.Switch();
      power.weightBytes = 30 << 20;
      devices.put(
          id,
          () ->
              new WrappedDevice(
                  new FickleDevice(power, new NullDevice(Duration.ofMillis(1), 70 << 20))) {
                @Override
                public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
                  if (areFull.get()) {
                    throw new IllegalArgumentException("it is full");
                  }
                  return super.prepare(graph, plan, numerics);
                }
              });
    }
    try (TestNode node = new TestNode("", devices)) {
      CompletionStage<List<Event>> stream = node.endless("mixed", Toys.prompt(1, 20), 4000);
      areFull.set(true);
      node.directory().splits().getFirst().worker().tell(new Worker.Join(1, null, null));
      assertFailed(TestNode.get(stream), "its relay has failed");
      while (!node.directory().hosts().isEmpty()) {
        Thread.sleep(5);
      }
    }
  }
}
