package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.none.NullDevice;
import mneme.memory.Tokens;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A node with two devices: where models go, who makes room, and what a lost device costs.
class SeveralDevicesTest {
  private static final long MIB = 1 << 20;

  private final FickleDevice.Switch first = new FickleDevice.Switch();
  private final FickleDevice.Switch second = new FickleDevice.Switch();

  /// @param bytes of each device
  private Map<String, Supplier<Device>> devices(long bytes) {
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put(
        "first", () -> new FickleDevice(first, new NullDevice(Duration.ofMillis(2), bytes)));
    devices.put(
        "second", () -> new FickleDevice(second, new NullDevice(Duration.ofMillis(2), bytes)));
    return devices;
  }

  /// Every model has weights of 30 MiB.
  private Map<String, Supplier<Device>> loaded(long bytes) {
    first.weightBytes = 30 * MIB;
    second.weightBytes = 30 * MIB;
    return devices(bytes);
  }

  private static String deviceOf(TestNode node, String model) throws Exception {
    return TestNode.get(node.engine.running()).stream()
        .filter(running -> running.model().name().equals(model))
        .map(running -> running.place().device())
        .findFirst()
        .orElse("none");
  }

  @Test
  void aModelGoesToTheFirstDeviceThatHoldsIt() throws Exception {
    try (TestNode node = new TestNode("", loaded(100 * MIB))) {
      node.run(Toys.completion("attention", Toys.prompt(1, 20), 5));
      node.run(Toys.completion("recurrent", Toys.prompt(1, 20), 5));
      assertThat(deviceOf(node, "attention")).isEqualTo("first");
      assertThat(deviceOf(node, "recurrent")).isEqualTo("second");
      assertThat(TestNode.get(node.engine.running()).getFirst().place().why())
          .contains("weights of " + 30 * MIB, "budget is " + 100 * MIB);
      assertThat(TestNode.get(node.engine.snapshot()).pools())
          .extracting(Snapshot.Pool::device)
          .containsExactly("first", "second");
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void theIdleMakeRoomAndThoseInUseDoNot() throws Exception {
    try (TestNode node = new TestNode("", loaded(100 * MIB))) {
      TestNode.get(node.engine.load("attention", Optional.empty()));
      Completion endless = Toys.completion("attention", longAnswered(), 4000);
      CompletionStage<List<Event>> busy =
          node.engine.generate(endless).takeWhile(_ -> !isDone).runWith(Sink.seq(), node.system);
      node.run(Toys.completion("recurrent", Toys.prompt(1, 20), 5));
      List<Event> third = node.run(Toys.completion("window", Toys.prompt(1, 20), 5));
      assertThat(TestNode.ids(third)).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      assertThat(deviceOf(node, "attention")).isEqualTo("first");
      assertThat(deviceOf(node, "window")).isEqualTo("second");
      assertThat(deviceOf(node, "recurrent")).isEqualTo("none");
      isDone = true;
      TestNode.get(busy);
    }
  }

  private volatile boolean isDone;

  /// A prompt whose answer takes a second.
  private static Tokens longAnswered() {
    int seed = 0;
    while (Toys.answer(Toys.prompt(seed, 20), 400).size() < 400) {
      seed++;
    }
    return Toys.prompt(seed, 20);
  }

  @Test
  void whatFitsNowhereIsRefusedWithTheNumbers() throws Exception {
    try (TestNode node = new TestNode("", loaded(45 * MIB))) {
      assertThatThrownBy(() -> TestNode.get(node.engine.load("mixed", Optional.empty())))
          .hasRootCauseInstanceOf(EngineException.class)
          .hasMessageContaining("weights of " + 30 * MIB + " and scratch of")
          .hasMessageContaining("first has " + 45 * MIB)
          .hasMessageContaining("second has " + 45 * MIB)
          .hasMessageContaining("no division among devices");
    }
  }

  @Test
  void whatFitsNoDeviceAloneIsSplit() throws Exception {
    try (TestNode node = new TestNode("", loaded(70 * MIB))) {
      List<Event> events = node.run(Toys.completion("mixed", Toys.prompt(1, 20), 30));
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(1, 20), 30));
      assertThat(deviceOf(node, "mixed")).isEqualTo("first+second");
      assertThat(TestNode.get(node.engine.snapshot()).pools())
          .extracting(Snapshot.Pool::device)
          .containsExactly("first", "second", "first+second");
      assertThat(node.audit()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"attention", "window", "recurrent", "mixed"})
  void streamsOfALostDeviceContinueOnTheOther(String model) throws Exception {
    try (TestNode node = new TestNode("", devices(Long.MAX_VALUE))) {
      first.cutAfter(9);
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Completion completion = Toys.completion(model, Toys.prompt(i, 5 + 23 * i), 40);
        streams.add(node.engine.generate(completion).runWith(Sink.seq(), node.system));
      }
      for (int i = 0; i < 12; i++) {
        List<Event> events = TestNode.get(streams.get(i));
        assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(i, 5 + 23 * i), 40));
        assertThat(events.getLast()).isInstanceOf(Event.Finished.class);
      }
      assertThat(first.steps).isEqualTo(9);
      assertThat(second.steps).isPositive();
      assertThat(deviceOf(node, model)).isEqualTo("second");
      first.restore();
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void aDeviceThatDoesNotOpenIsPassedOver() throws Exception {
    first.cutAfter(0);
    try (TestNode node = new TestNode("", devices(Long.MAX_VALUE))) {
      List<Event> events = node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5));
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      assertThat(deviceOf(node, "mixed")).isEqualTo("second");
    }
  }

  @Test
  void aModelThatFitsNowhereElseWaitsForItsDevice() throws Exception {
    Map<String, Supplier<Device>> one = devices(Long.MAX_VALUE);
    one.remove("second");
    try (TestNode node = new TestNode("", one)) {
      first.cutAfter(5);
      CompletionStage<List<Event>> stream =
          node.engine
              .generate(Toys.completion("mixed", Toys.prompt(1, 20), 30))
              .runWith(Sink.seq(), node.system);
      while (first.steps < 5) {
        Thread.sleep(5);
      }
      Thread.sleep(50);
      first.restore();
      assertThat(TestNode.ids(TestNode.get(stream))).isEqualTo(Toys.answer(Toys.prompt(1, 20), 30));
    }
  }
}
