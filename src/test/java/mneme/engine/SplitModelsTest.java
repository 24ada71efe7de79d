package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.ProgramSize;
import mneme.device.host.HostDevice;
import mneme.memory.Tokens;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real models that no device holds, split over several: through the whole engine, with pages,
/// states, reuse and preemption in a pool with a bank on each.
@Timeout(120)
class SplitModelsTest {
  private static final int STREAMS = 6;
  private static final int TOKENS = 16;
  private static final String SETTINGS =
      """
      mneme.engine {
        context-tokens = 256
        pool.bytes = 0
        step { tokens = 64, chunk-tokens = 32, sequences = 8 }
      }
      """;

  private final FickleDevice.Switch first = new FickleDevice.Switch();
  private final FickleDevice.Switch second = new FickleDevice.Switch();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "gemma3",
        "gemma4",
        "deepseek2",
        "gpt-oss",
        "mamba2",
        "rwkv7",
        "qwen35",
        "lfm2",
        "falcon-h1",
        "granitehybrid",
        "recurrent_gemma"
      })
  void aModelOnTwoHostsHasTheBitsOfOne(String model) throws Exception {
    List<List<Event.Token>> alone;
    try (TestNode node = whole(host())) {
      alone = tokens(node, model);
    }
    try (TestNode node = split(model, host(), host())) {
      assertThat(tokens(node, model)).isEqualTo(alone);
      assertThat(deviceOf(node)).isEqualTo("first+second");
      // Again, from pages and states that are still there.
      assertThat(tokens(node, model)).isEqualTo(alone);
      assertThat(node.audit()).isEmpty();
    }
  }

  /// Between kinds the sums differ in their last bits, the tokens do not.
  @ParameterizedTest
  @CsvSource({
    "opencl:0, host, llama",
    "opencl:0, host, falcon-h1",
    "host, opencl:0, rwkv7",
    "opencl:0, vulkan:0, llama",
    "opencl:0, vulkan:0, mamba2"
  })
  void aModelOnDevicesOfTwoKindsHasTheSameTokens(String one, String other, String model)
      throws Exception {
    List<List<Event.Token>> alone;
    try (TestNode node = whole(host())) {
      alone = tokens(node, model);
    }
    try (TestNode node = split(model, device(one), device(other))) {
      assertThat(ids(tokens(node, model))).isEqualTo(ids(alone));
      assertThat(deviceOf(node)).isEqualTo("first+second");
      assertThat(node.audit()).isEmpty();
    }
  }

  /// Of a long prompt, the first device reads the second chunk while the other reads the first.
  @Test
  void devicesOfASplitModelWorkAtTheSameTime() throws Exception {
    CountDownLatch steps = new CountDownLatch(2);
    List<PairedDevice> seconds = new CopyOnWriteArrayList<>();
    Supplier<Device> one = () -> new PairedDevice(host().get(), steps, new CountDownLatch(0));
    Supplier<Device> other =
        () -> {
          seconds.add(new PairedDevice(host().get(), new CountDownLatch(0), steps));
          return seconds.getLast();
        };
    try (TestNode node = split("llama", one, other)) {
      assertThat(node.run(completion("llama", 9, "tenant")).getLast())
          .isInstanceOf(Event.Finished.class);
      assertThat(deviceOf(node)).isEqualTo("first+second");
      assertThat(seconds.getLast().hasMet()).isTrue();
    }
  }

  /// Each device of a split model is lost in the middle of a step, and opens again.
  @ParameterizedTest
  @CsvSource({"llama, 1", "llama, 2", "falcon-h1, 1", "falcon-h1, 2"})
  void streamsContinueToTheBitWhenADeviceComesBack(String model, int which) throws Exception {
    List<List<Event.Token>> alone;
    try (TestNode node = whole(host())) {
      alone = tokens(node, model);
    }
    FickleDevice.Switch power = which == 1 ? first : second;
    try (TestNode node = split(model, host(), host())) {
      power.cutAfter(7);
      List<CompletionStage<List<Event>>> streams = start(node, model);
      while (power.steps < 7) {
        Thread.sleep(5);
      }
      Thread.sleep(100);
      power.restore();
      assertThat(tokens(streams)).isEqualTo(alone);
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void streamsOfASplitModelContinueOnADeviceThatHoldsItWhole() throws Exception {
    List<List<Event.Token>> alone;
    try (TestNode node = whole(host())) {
      alone = tokens(node, "qwen35");
    }
    FickleDevice.Switch large = new FickleDevice.Switch();
    large.cutAfter(0);
    Supplier<Device> third = () -> new FickleDevice(large, host().get());
    try (TestNode node = split("qwen35", host(), host(), third)) {
      TestNode.get(node.engine.load("qwen35", Optional.empty()));
      assertThat(deviceOf(node)).isEqualTo("first+second");
      large.restore();
      while (node.directory().rooms().size() < 3) {
        Thread.sleep(5);
      }
      second.cutAfter(7);
      List<CompletionStage<List<Event>>> streams = start(node, "qwen35");
      assertThat(tokens(streams)).isEqualTo(alone);
      assertThat(deviceOf(node)).isEqualTo("large");
      second.restore();
      assertThat(node.audit()).isEmpty();
    }
  }

  /// Most of the streams are preempted and continue.
  @ParameterizedTest
  @ValueSource(strings = {"llama", "falcon-h1"})
  void aPoolThatIsTooSmallForAllServesThemInTurn(String model) throws Exception {
    List<List<Event.Token>> alone;
    try (TestNode node = whole(host())) {
      alone = tokens(node, model);
    }
    try (TestNode node = tight(model)) {
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        streams.addAll(start(node, model, "tenant " + round));
      }
      List<List<Event.Token>> expected = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        expected.addAll(alone);
      }
      assertThat(tokens(streams)).isEqualTo(expected);
      assertThat(TestNode.get(node.engine.snapshot()).models().getFirst().preemptions())
          .isPositive();
      assertThat(node.audit()).isEmpty();
    }
  }

  /// What one device takes, what a split model leaves when it goes: nothing.
  @Test
  void aSplitModelThatLeavesMakesRoomForOthers() throws Exception {
    try (TestNode node = split("llama", host(), host())) {
      for (int i = 0; i < 5; i++) {
        assertThat(node.run(completion("llama", 0, "tenant")).getLast())
            .isInstanceOf(Event.Finished.class);
        assertThat(deviceOf(node)).isEqualTo("first+second");
        TestNode.get(node.engine.load("llama", Optional.of(java.time.Duration.ZERO)));
        for (int wait = 0; wait < 500 && !deviceOf(node).equals("none"); wait++) {
          Thread.sleep(10);
        }
        assertThat(deviceOf(node)).isEqualTo("none");
      }
      for (int wait = 0; wait < 500 && !isEmpty(node.directory()); wait++) {
        Thread.sleep(10);
      }
      assertThat(isEmpty(node.directory())).isTrue();
    }
  }

  /// The planner's split is the node's: the same devices, the same pool, before and after.
  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen35", "gemma3"})
  void theForecastOfASplitModelIsWhatItTakes(String model) throws Exception {
    Planner.Query query = new Planner.Query(Optional.empty(), 2);
    try (TestNode node = split(model, host(), host())) {
      Forecast.OnDevice before = last(TestNode.get(node.engine.plan(model, query)));
      assertThat(before.device()).isEqualTo("first+second");
      assertThat(before.because()).isEmpty();
      TestNode.get(node.engine.load(model, Optional.empty()));
      Forecast after = TestNode.get(node.engine.plan(model, query));
      assertThat(after.isLoaded()).isTrue();
      assertThat(last(after).lengths()).isEqualTo(before.lengths());
      assertThat(last(after).asked()).isEqualTo(before.asked());
      assertThat(last(after).bytes().poolBytes()).isEqualTo(before.bytes().poolBytes());
      Engine.Running running = TestNode.get(node.engine.running()).getFirst();
      assertThat(running.deviceBytes()).isLessThanOrEqualTo(before.bytes().weightBytes());
      Snapshot.Pool pool = TestNode.get(node.engine.snapshot()).pools().getLast();
      assertThat(pool.totalBytes()).isEqualTo(before.bytes().poolBytes());
    }
  }

  private static Forecast.OnDevice last(Forecast forecast) {
    return forecast.devices().getLast();
  }

  private static boolean isEmpty(Node.Directory directory) {
    return directory.splits().isEmpty()
        && directory.rooms().stream().allMatch(room -> room.guests().isEmpty());
  }

  private static Supplier<Device> host() {
    return () -> new HostDevice(1);
  }

  private static Supplier<Device> device(String id) {
    assumeTrue(
        id.equals("host") || Devices.discover().stream().anyMatch(found -> found.id().equals(id)),
        "no " + id);
    return id.equals("host") ? host() : DeviceChoice.opening(id, 1, MatrixUnits.AUTO);
  }

  private static TestNode whole(Supplier<Device> device) {
    return new TestNode(
        SETTINGS, Map.of("whole", device), settings -> new GoldenModels(settings, Set.of()));
  }

  /// Two devices of which each lacks one byte for the weights and scratch of the model; perhaps a
  /// third that has room for all of it.
  @SafeVarargs
  private TestNode split(
      String model, Supplier<Device> one, Supplier<Device> other, Supplier<Device>... large) {
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("first", () -> new FickleDevice(first, one.get()));
    devices.put("second", () -> new FickleDevice(second, other.get()));
    for (Supplier<Device> third : large) {
      devices.put("large", third);
    }
    Map<String, Long> caps =
        Map.of(
            "first", size(model, one).bytes() - 1,
            "second", size(model, other).bytes() - 1,
            "large", 0L);
    return node(devices, caps::get);
  }

  /// Two hosts that hold the model together, and little more than one sequence of it.
  private static TestNode tight(String model) {
    long most = size(model, host()).bytes() * 4 / 5;
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("first", host());
    devices.put("second", host());
    return node(devices, _ -> most);
  }

  private static TestNode node(
      Map<String, Supplier<Device>> devices, ToLongFunction<String> mostBytes) {
    return new TestNode(
        SETTINGS,
        devices,
        settings -> new GoldenModels(settings, Set.of()),
        new TestNode.Wishes(mostBytes, _ -> 0));
  }

  private static ProgramSize size(String model, Supplier<Device> of) {
    EngineSettings settings =
        EngineSettings.of(
            ConfigFactory.parseString(SETTINGS)
                .withFallback(ConfigFactory.parseString(TestNode.SETTINGS))
                .withFallback(ConfigFactory.load())
                .resolve());
    Blueprint read = new GoldenModels(settings, Set.of()).load(model);
    try (Device device = of.get()) {
      return device.measure(read.graph(), read.plan(), read.numerics(), settings.largestStep());
    } finally {
      read.close();
    }
  }

  private static String deviceOf(TestNode node) throws Exception {
    return TestNode.get(node.engine.running()).stream()
        .map(running -> running.place().device())
        .findFirst()
        .orElse("none");
  }

  private static Completion completion(String model, int stream, String tenant) {
    int[] prompt = new int[3 + 13 * stream];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = 1 + (stream * 7 + i * 31) % 60;
    }
    return new Completion(
        model,
        Tokens.of(prompt),
        Sampling.greedy(),
        Optional.of(TOKENS),
        List.of(),
        Optional.of(2),
        tenant);
  }

  private static List<CompletionStage<List<Event>>> start(TestNode node, String model) {
    return start(node, model, "tenant");
  }

  private static List<CompletionStage<List<Event>>> start(
      TestNode node, String model, String tenant) {
    List<CompletionStage<List<Event>>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add(
          node.engine.generate(completion(model, i, tenant)).runWith(Sink.seq(), node.system));
    }
    return streams;
  }

  private static List<List<Event.Token>> tokens(TestNode node, String model) throws Exception {
    GoldenModels.path(model);
    return tokens(start(node, model));
  }

  private static List<List<Event.Token>> tokens(List<CompletionStage<List<Event>>> streams)
      throws Exception {
    List<List<Event.Token>> all = new ArrayList<>();
    for (CompletionStage<List<Event>> stream : streams) {
      all.add(TestNode.tokens(stream.toCompletableFuture().get(2, TimeUnit.MINUTES)));
    }
    return all;
  }

  private static List<List<Integer>> ids(List<List<Event.Token>> streams) {
    return streams.stream().map(stream -> stream.stream().map(Event.Token::id).toList()).toList();
  }
}
