package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.WrappedDevice;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Devices that were in use and never come back: one that must not be used when it is to be opened
/// again, or one that just does not open. Nobody waits for them for ever.
@Timeout(60)
class GoneDeviceTest {
  private static final long MIB = 1 << 20;
  private static final String VERDICT = "its trial failed: it computes wrongly";

  private final FickleDevice.Switch power = new FickleDevice.Switch();
  private final FickleDevice.Switch otherPower = new FickleDevice.Switch();
  private final AtomicBoolean isCondemned = new AtomicBoolean();
  private final CountingPrograms counted = new CountingPrograms();

  /// @param bytes of each device
  private Map<String, Supplier<Device>> devices(int count, long bytes) {
    power.weightBytes = 30 * MIB;
    otherPower.weightBytes = 30 * MIB;
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put(
        "first",
        () -> {
          if (isCondemned.get()) {
            throw new UnusableDeviceException(VERDICT);
          }
          return new FickleDevice(power, slow(bytes));
        });
    if (count > 1) {
      devices.put("second", () -> counted.open(new FickleDevice(otherPower, slow(bytes))));
    }
    return devices;
  }

  private static Device slow(long bytes) {
    return new NullDevice(Duration.ofMillis(1), bytes);
  }

  /// The device of this count's model, whole on one or split over two, fails after some steps.
  private static long bytes(int count) {
    return (count == 1 ? 100 : 70) * MIB;
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      Thread.sleep(5);
    }
  }

  private static boolean isFailed(TestNode node) throws Exception {
    return node.directory().devices().getFirst().because().isPresent();
  }

  private static void assertFailed(List<Event> events) {
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.Failed.class, failed -> assertThat(failed.message()).contains(VERDICT));
  }

  private static <R> R ask(TestNode node, Function<ActorRef<R>, Worker.Command> question)
      throws Exception {
    return TestNode.get(
        AskPattern.ask(
            node.directory().stations().getFirst().worker(),
            question::apply,
            Duration.ofSeconds(5),
            node.system.scheduler()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void streamsWithNowhereElseToGoEndWithTheReason(int count) throws Exception {
    try (TestNode node = new TestNode("", devices(count, bytes(count)))) {
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        streams.add(node.endless("mixed", Toys.prompt(i, 20), 4000));
      }
      isCondemned.set(true);
      power.cutAfter(20);
      for (CompletionStage<List<Event>> stream : streams) {
        assertFailed(TestNode.get(stream));
      }
      await(() -> node.directory().hosts().isEmpty());
      assertThatThrownBy(() -> TestNode.get(node.engine.load("mixed", Optional.empty())))
          .hasMessageContaining(VERDICT);
      assertFailed(node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5)));
      await(() -> counted.programs() == 0);
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void streamsGoOnElsewhereAndTheirModelCanLeave() throws Exception {
    try (TestNode node = new TestNode("", devices(2, 200 * MIB))) {
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      TestNode.get(node.engine.load("mixed", Optional.empty()));
      isCondemned.set(true);
      power.cutAfter(9);
      for (int i = 0; i < 6; i++) {
        Completion completion = Toys.completion("mixed", Toys.prompt(i, 5 + 23 * i), 40);
        streams.add(node.engine.generate(completion).runWith(Sink.seq(), node.system));
      }
      for (int i = 0; i < 6; i++) {
        assertThat(TestNode.ids(TestNode.get(streams.get(i))))
            .isEqualTo(Toys.answer(Toys.prompt(i, 5 + 23 * i), 40));
      }
      TestNode.get(node.engine.load("mixed", Optional.of(Duration.ZERO)));
      await(() -> node.directory().hosts().isEmpty());
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void whoAsksAGoneDeviceIsAnswered() throws Exception {
    try (TestNode node = new TestNode("", devices(1, bytes(1)))) {
      CompletionStage<List<Event>> stream = node.endless("mixed", Toys.prompt(1, 20), 4000);
      isCondemned.set(true);
      power.cutAfter(5);
      assertFailed(TestNode.get(stream));
      assertThat(GoneDeviceTest.<Worker.Unloaded>ask(node, to -> new Worker.Unload(77, to)))
          .isEqualTo(new Worker.Unloaded(77));
      Worker.Preparation answer = ask(node, to -> new Worker.Prepare(null, 0, to));
      assertThat(answer)
          .isInstanceOfSatisfying(
              Worker.Refused.class, refused -> assertThat(refused.reason()).contains(VERDICT));
    }
  }

  /// The device might come back one day; what is on it would not be wanted then.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aModelWhoseDeviceDoesNotComeBackCanLeave(int count) throws Exception {
    try (TestNode node = new TestNode("", devices(count, bytes(count)))) {
      Completion completion = Toys.completion("mixed", Toys.prompt(1, 20), 4000);
      TestNode.get(node.engine.load("mixed", Optional.of(Duration.ofSeconds(1))));
      power.cutAfter(3);
      Pair<UniqueKillSwitch, CompletionStage<List<Event>>> stream =
          node.engine
              .generate(completion)
              .viaMat(KillSwitches.single(), Keep.right())
              .toMat(Sink.seq(), Keep.both())
              .run(node.system);
      await(() -> isFailed(node));
      stream.first().shutdown();
      await(() -> node.directory().hosts().isEmpty());
      await(() -> counted.programs() == 0);
      power.restore();
      await(() -> !isFailed(node));
      assertThat(TestNode.ids(node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5))))
          .isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      assertThat(node.audit()).isEmpty();
    }
  }

  /// The model waits for the device where it was, while the books show it where it was to go.
  @Test
  void aModelThatWaitsForADeviceHearsThatItIsGone() throws Exception {
    Map<String, Supplier<Device>> devices = devices(2, 100 * MIB);
    AtomicBoolean isFull = new AtomicBoolean();
    devices.put(
        "second",
        () ->
            new WrappedDevice(slow(100 * MIB)) {
              @Override
              public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
                if (isFull.get()) {
                  throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "it is full");
                }
                return super.prepare(graph, plan, numerics);
              }
            });
    try (TestNode node = new TestNode("", devices)) {
      CompletionStage<List<Event>> stream = node.endless("mixed", Toys.prompt(1, 20), 4000);
      isFull.set(true);
      power.cutAfter(5);
      await(() -> isFailed(node));
      Thread.sleep(200); // the second device has refused by then
      isCondemned.set(true);
      assertFailed(TestNode.get(stream));
      await(() -> node.directory().hosts().isEmpty());
    }
  }
}
