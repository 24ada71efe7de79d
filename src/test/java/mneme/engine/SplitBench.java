package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.host.HostDevice;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.model.Architectures;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/// What a second device brings to a model that is split: tokens a second of 1 to 8 streams on one
/// host with one thread, and split over two of them. Runs only if it is asked for: `./mneme test
/// -Dtest=SplitBench -Dmneme.bench.model=FILE`
class SplitBench {
  private static final int TOKENS = 24;
  private static final int LONG = 224;
  private static final int ROUNDS = 3;
  private static final String SETTINGS =
      """
      mneme.engine {
        context-tokens = 256
        kv { keys = BF16, values = BF16 }
        pool.bytes = 64 MiB
        step { tokens = 64, chunk-tokens = 32, sequences = 16 }
      }
      """;

  @Test
  void twoDevicesBesideOne() throws Exception {
    String file = System.getProperty("mneme.bench.model", "");
    assumeTrue(!file.isEmpty(), "no -Dmneme.bench.model");
    Map<String, Supplier<Device>> one = Map.of("first", host());
    Map<String, Supplier<Device>> two = new LinkedHashMap<>(one);
    two.put("second", host());
    long weightBytes = Path.of(file).toFile().length();
    Map<Integer, List<List<Event.Token>>> expected = new LinkedHashMap<>();
    try (TestNode node = node(one, 0)) {
      measure(node, file, expected);
    }
    try (TestNode node = node(two, weightBytes * 11 / 20)) {
      measure(node, file, expected);
    }
  }

  private static void measure(
      TestNode node, String file, Map<Integer, List<List<Event.Token>>> expected) throws Exception {
    run(node, file, 1);
    String place = TestNode.get(node.engine.running()).getFirst().place().device();
    List<String> prompts = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      long startNs = System.nanoTime();
      all(List.of(start(node, file, IntStream.range(1000 * round, 1000 * round + LONG), 1)));
      prompts.add(speed(LONG, startNs));
    }
    System.out.printf("%s, prompt: %s tokens/s%n", place, String.join(", ", prompts));
    for (int streams : List.of(1, 8)) {
      List<String> speeds = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        long startNs = System.nanoTime();
        List<List<Event.Token>> tokens = run(node, file, streams);
        speeds.add(speed(streams * TOKENS, startNs));
        expected.putIfAbsent(streams, tokens);
        assertThat(tokens).isEqualTo(expected.get(streams));
      }
      System.out.printf("%s, %d streams: %s tokens/s%n", place, streams, String.join(", ", speeds));
    }
  }

  private static String speed(int tokens, long startNs) {
    return String.format(Locale.ROOT, "%.1f", tokens * 1e9 / (System.nanoTime() - startNs));
  }

  private static List<List<Event.Token>> run(TestNode node, String file, int streams)
      throws Exception {
    List<CompletionStage<List<Event>>> started = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      started.add(start(node, file, IntStream.of(100 + i, 200, 300), TOKENS));
    }
    return all(started);
  }

  private static CompletionStage<List<Event>> start(
      TestNode node, String file, IntStream prompt, int tokens) {
    Completion completion =
        new Completion(
            file,
            Tokens.of(prompt.toArray()),
            Sampling.greedy(),
            Optional.of(tokens),
            List.of(),
            Optional.empty(),
            "tenant");
    return node.engine.generate(completion).runWith(Sink.seq(), node.system);
  }

  private static List<List<Event.Token>> all(List<CompletionStage<List<Event>>> streams)
      throws Exception {
    List<List<Event.Token>> all = new ArrayList<>();
    for (CompletionStage<List<Event>> stream : streams) {
      all.add(
          stream.toCompletableFuture().get(5, TimeUnit.MINUTES).stream()
              .filter(Event.Text.class::isInstance)
              .flatMap(event -> ((Event.Text) event).tokens().stream())
              .toList());
    }
    return all;
  }

  private static Supplier<Device> host() {
    return () -> new HostDevice(1);
  }

  /// @param mostBytes of each device; 0: all
  private static TestNode node(Map<String, Supplier<Device>> devices, long mostBytes) {
    return new TestNode(SETTINGS, devices, Files::new, new TestNode.Wishes(_ -> mostBytes, _ -> 0));
  }

  /// Models by their files, with token ids for text.
  private record Files(EngineSettings settings) implements Loader {
    @Override
    public List<ServedModel> models() {
      return List.of();
    }

    @Override
    public Blueprint load(String name) {
      ModelFile file = ModelFiles.open(Path.of(name));
      Graph graph = Architectures.graph(file, settings.contextTokens());
      ServedModel served =
          new ServedModel(
              name,
              file.metadata(),
              new NumberTokenizer(graph.vocabulary(), java.util.Set.of()),
              settings.contextTokens(),
              Optional.empty(),
              0,
              name,
              0,
              "file");
      MemoryPlan plan = MemoryPlan.of(graph.needs(), settings.kv(), settings.pageTokens());
      return new Blueprint(served, graph, plan, Numerics.QUANTIZED, file);
    }
  }
}
