package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.Tokens;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests of one loaded model that keep keys and values in encodings of their own, and bound
/// their context: each has the bits of a node that is configured so, and nothing is loaded again.
@Timeout(120)
class KvLanesTest {
  private static final int STREAMS = 3;
  private static final int TOKENS = 12;
  private static final List<Encoding> ENCODINGS =
      List.of(Encoding.F32, Encoding.F16, Encoding.BF16, Encoding.Q8_0);

  private static TestNode node(String kv, Map<String, Supplier<Device>> devices) {
    return new TestNode(
        "mneme.engine { context-tokens = 256, pool.bytes = 4 MiB, kv { keys = %1$s, values = %1$s } }"
            .formatted(kv),
        devices,
        settings -> new GoldenModels(settings, Set.of()));
  }

  private static TestNode node(String kv) {
    return node(kv, Map.of("host", () -> new HostDevice(1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma3", "falcon-h1", "deepseek2", "mamba2"})
  void everyEncodingHasTheBitsOfANodeThatIsConfiguredSo(String model) throws Exception {
    GoldenModels.path(model);
    Map<Encoding, List<List<Event.Token>>> configured = new LinkedHashMap<>();
    for (Encoding encoding : ENCODINGS) {
      try (TestNode node = node(encoding.name())) {
        configured.put(encoding, tokens(start(node, model, Optional.empty())));
      }
    }
    try (TestNode node = node("F16")) {
      TestNode.get(node.engine.load(model, Optional.empty()));
      Map<Encoding, List<CompletionStage<List<Event>>>> asked = new LinkedHashMap<>();
      for (Encoding encoding : ENCODINGS) {
        asked.put(encoding, start(node, model, Optional.of(KvEncoding.both(encoding))));
      }
      for (Encoding encoding : ENCODINGS) {
        assertThat(tokens(asked.get(encoding)))
            .as("%s", encoding)
            .isEqualTo(configured.get(encoding));
      }
      // Once more, from pages of its own encoding that are still there.
      for (Encoding encoding : ENCODINGS) {
        assertThat(tokens(start(node, model, Optional.of(KvEncoding.both(encoding)))))
            .as("%s again", encoding)
            .isEqualTo(configured.get(encoding));
      }
      Snapshot.Load load = TestNode.get(node.engine.snapshot()).models().getFirst();
      assertThat(load.cachedTokens()).isPositive();
      assertThat(node.audit()).isEmpty();
    }
  }

  /// The weights are laid out once, and gone when the model is.
  @Test
  void nothingIsLoadedAgain() throws Exception {
    CountingPrograms device = new CountingPrograms();
    try (TestNode node = node("F16", Map.of("host", () -> device.open(new HostDevice(1))))) {
      for (Encoding encoding : ENCODINGS) {
        tokens(start(node, "llama", Optional.of(KvEncoding.both(encoding))));
      }
      assertThat(TestNode.get(node.engine.running())).hasSize(1);
      assertThat(device.programs()).isEqualTo(ENCODINGS.size());
      TestNode.get(node.engine.load("llama", Optional.of(java.time.Duration.ZERO)));
      for (int wait = 0; wait < 500 && device.programs() > 0; wait++) {
        Thread.sleep(10);
      }
      assertThat(device.programs()).isZero();
      Node.Directory directory = node.directory();
      for (int wait = 0; wait < 500 && !directory.rooms().getFirst().guests().isEmpty(); wait++) {
        Thread.sleep(10);
        directory = node.directory();
      }
      assertThat(directory.rooms().getFirst().guests()).isEmpty();
    }
  }

  @Test
  void streamsOfEveryEncodingContinueOnAnotherDevice() throws Exception {
    List<KvEncoding> encodings = ENCODINGS.stream().map(KvEncoding::both).toList();
    List<List<Event.Token>> alone = new ArrayList<>();
    try (TestNode node = node("F16")) {
      for (KvEncoding kv : encodings) {
        alone.addAll(tokens(start(node, "falcon-h1", Optional.of(kv))));
      }
    }
    FickleDevice.Switch power = new FickleDevice.Switch();
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("first", () -> new FickleDevice(power, new HostDevice(1)));
    devices.put("second", () -> new HostDevice(1));
    try (TestNode node = node("F16", devices)) {
      power.cutAfter(12);
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (KvEncoding kv : encodings) {
        streams.addAll(start(node, "falcon-h1", Optional.of(kv)));
      }
      assertThat(tokens(streams)).isEqualTo(alone);
      assertThat(TestNode.get(node.engine.running()).getFirst().place().device())
          .isEqualTo("second");
      power.restore();
      assertThat(node.audit()).isEmpty();
    }
  }

  @Test
  void theContextOfARequestEndsItsAnswer() throws Exception {
    try (TestNode node = node("F16")) {
      Completion wish = completion("llama", 1, Optional.empty());
      int prompt = wish.prompt().length();
      Completion.Memory some = new Completion.Memory(Optional.of(prompt + 5), Optional.empty());
      List<Event> events = node.run(wish.keptIn(some));
      assertThat(TestNode.ids(events)).hasSize(5);
      assertThat(events.getLast())
          .isInstanceOfSatisfying(
              Event.Finished.class, end -> assertThat(end.reason()).isEqualTo(Event.Reason.LENGTH));
      Completion.Memory few = new Completion.Memory(Optional.of(prompt), Optional.empty());
      assertThat(node.run(wish.keptIn(few)).getLast())
          .isInstanceOfSatisfying(
              Event.Failed.class,
              failed -> {
                assertThat(failed.failure()).isEqualTo(Event.Failure.BAD_REQUEST);
                assertThat(failed.message()).contains(prompt + " tokens", "allows " + prompt);
              });
    }
  }

  private static Completion completion(String model, int stream, Optional<KvEncoding> kv) {
    int[] prompt = new int[3 + 23 * stream];
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
        "tenant",
        new Completion.Memory(Optional.empty(), kv));
  }

  private static List<CompletionStage<List<Event>>> start(
      TestNode node, String model, Optional<KvEncoding> kv) {
    List<CompletionStage<List<Event>>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add(node.engine.generate(completion(model, i, kv)).runWith(Sink.seq(), node.system));
    }
    return streams;
  }

  private static List<List<Event.Token>> tokens(List<CompletionStage<List<Event>>> streams)
      throws Exception {
    List<List<Event.Token>> all = new ArrayList<>();
    for (CompletionStage<List<Event>> stream : streams) {
      all.add(TestNode.tokens(TestNode.get(stream)));
    }
    return all;
  }
}
