package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.host.HostDevice;
import mneme.memory.Tokens;
import mneme.store.Catalog;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The embedded model, a hybrid, on two devices, the first of which is lost in the middle of a
/// step.
class LostDeviceTest {
  private static final int STREAMS = 6;
  private static final int TOKENS = 24;

  /// Between devices of one kind every log probability is the same number as without the loss.
  @Test
  void streamsGoOnToTheBitOnADeviceOfTheSameKind() throws Exception {
    Supplier<Device> host = () -> new HostDevice(1);
    assertThat(tokens(host, host, 11)).isEqualTo(tokens(host, host, Integer.MAX_VALUE));
  }

  /// Between kinds the sums differ in their last bits, the tokens do not.
  @ParameterizedTest
  @ValueSource(strings = {"opencl:0", "vulkan:0"})
  void streamsGoOnWithTheSameTokensOnAnotherKind(String id) throws Exception {
    assumeTrue(Devices.discover().stream().anyMatch(device -> device.id().equals(id)), "no " + id);
    Supplier<Device> other = DeviceChoice.opening(id, 0, MatrixUnits.AUTO);
    Supplier<Device> host = () -> new HostDevice(1);
    assertThat(ids(tokens(other, host, 11))).isEqualTo(ids(tokens(host, host, Integer.MAX_VALUE)));
  }

  private static List<List<Integer>> ids(List<List<Event.Token>> streams) {
    return streams.stream().map(stream -> stream.stream().map(Event.Token::id).toList()).toList();
  }

  /// Streams that run together on `first`, which is lost after some steps.
  private static List<List<Event.Token>> tokens(
      Supplier<Device> first, Supplier<Device> second, int steps) throws Exception {
    FickleDevice.Switch power = new FickleDevice.Switch();
    power.cutAfter(steps);
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("first", () -> new FickleDevice(power, first.get()));
    devices.put("second", second);
    String settings = "mneme.engine { context-tokens = 512, numerics = EXACT }";
    Catalog models = Catalog.of(ConfigFactory.load());
    try (TestNode node =
        new TestNode(settings, devices, engine -> new StoreLoader(models, engine))) {
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        streams.add(node.engine.generate(completion(i)).runWith(Sink.seq(), node.system));
      }
      List<List<Event.Token>> tokens = new ArrayList<>();
      for (CompletionStage<List<Event>> stream : streams) {
        // Compiling kernels on a busy processor takes a while.
        tokens.add(TestNode.tokens(stream.toCompletableFuture().get(2, TimeUnit.MINUTES)));
      }
      boolean isLost = steps < Integer.MAX_VALUE;
      assertThat(TestNode.get(node.engine.running()).getFirst().place().device())
          .isEqualTo(isLost ? "second" : "first");
      assertThat(power.steps).isPositive();
      power.restore();
      assertThat(node.audit()).isEmpty();
      return tokens;
    }
  }

  private static Completion completion(int stream) {
    int[] prompt = new int[3 + 17 * stream];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = 20 + (stream * 7 + i * 31) % 1000;
    }
    return new Completion(
        "mneme-tiny",
        Tokens.of(prompt),
        Sampling.greedy(),
        Optional.of(TOKENS),
        List.of(),
        Optional.of(2),
        "tenant");
  }
}
