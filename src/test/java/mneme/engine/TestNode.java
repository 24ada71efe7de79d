package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.none.NullDevice;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.text.Sampling;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Sink;

/// A node with toy models, on a null device, unless others are given.
final class TestNode implements AutoCloseable {
  static final String SETTINGS =
      """
      mneme.engine {
        context-tokens = 4096
        page-tokens = 16
        kv { keys = F32, values = F32 }
        pool.bytes = 64 MiB
        step { tokens = 128, chunk-tokens = 32 }
        device-backoff = 10 ms
      }
      pekko.loglevel = WARNING
      """;

  final ActorSystem<Node.Command> system;
  final Engine engine;
  final Loader loader;

  /// @param mostBytes of a device that may be used; 0: all that is free
  /// @param speed by which a device is preferred; 0: its place says so
  record Wishes(ToLongFunction<String> mostBytes, ToDoubleFunction<Device> speed) {}

  TestNode(String settings) {
    this(settings, NullDevice::new);
  }

  TestNode(String settings, Supplier<Device> device) {
    this(settings, Map.of("host", device), Toys::loader);
  }

  /// @param devices by id, the preferred first
  TestNode(String settings, Map<String, Supplier<Device>> devices) {
    this(settings, devices, Toys::loader);
  }

  TestNode(
      String settings,
      Map<String, Supplier<Device>> devices,
      Function<EngineSettings, Loader> models) {
    this(settings, devices, models, new Wishes(_ -> 0, _ -> 0));
  }

  /// @param wishes for each device by its id: how much of it may be used, how it is preferred
  TestNode(
      String settings,
      Map<String, Supplier<Device>> devices,
      Function<EngineSettings, Loader> models,
      Wishes wishes) {
    Config config =
        ConfigFactory.parseString(settings)
            .withFallback(ConfigFactory.parseString(SETTINGS))
            .withFallback(ConfigFactory.load())
            .resolve();
    EngineSettings engineSettings = EngineSettings.of(config);
    loader = models.apply(engineSettings);
    List<Outfit> outfits = new ArrayList<>();
    devices.forEach((id, device) ->
        outfits.add(
            new Outfit(
                outfits.size(),
                id,
                device,
                wishes.mostBytes().applyAsLong(id),
                Vault.of(engineSettings),
                wishes.speed())));
    Node.Ground ground = new Node.Ground(loader, engineSettings, outfits, System::nanoTime);
    system = ActorSystem.create(Node.create(ground), "node", config);
    engine = new NodeEngine(system, system, loader, new Planner(engineSettings));
  }

  List<Event> run(Completion completion) throws Exception {
    return get(engine.generate(completion).runWith(Sink.seq(), system));
  }

  /// A stream of exactly `count` tokens: the model cannot end it.
  CompletionStage<List<Event>> endless(String model, Tokens prompt, int count) throws Exception {
    return endless(model, prompt, count, "tenant");
  }

  CompletionStage<List<Event>> endless(String model, Tokens prompt, int count, String tenant)
      throws Exception {
    Map<Integer, Float> neverEnds = new HashMap<>();
    ServedModel served = get(engine.load(model, Optional.empty()));
    served.tokenizer().endIds().forEach(id -> neverEnds.put(id, -1e6f));
    Completion completion =
        new Completion(
            model,
            prompt,
            new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, neverEnds),
            Optional.of(count),
            List.of(),
            Optional.empty(),
            tenant);
    return engine.generate(completion).runWith(Sink.seq(), system);
  }

  /// The books of the first device's pool.
  Usage usage() throws Exception {
    Node.Directory directory = ask(system, Node.Inspect::new);
    return ask(directory.stations().getFirst().pool(), MemoryPool.Inspect::new).usage();
  }

  private <C, R> R ask(ActorRef<C> actor, Function<ActorRef<R>, C> question) throws Exception {
    return get(AskPattern.ask(actor, question::apply, Duration.ofSeconds(20), system.scheduler()));
  }

  Node.Directory directory() throws Exception {
    return ask(system, Node.Inspect::new);
  }

  String audit() throws Exception {
    Node.Directory directory =
        get(AskPattern.ask(system, Node.Inspect::new, Duration.ofSeconds(5), system.scheduler()));
    StringBuilder faults = new StringBuilder();
    for (Station station : directory.stations()) {
      faults.append(get(audit(station)));
    }
    for (Station split : directory.splits()) { // it may have left since
      faults.append(get(audit(split).exceptionally(_ -> "")));
    }
    return faults.toString();
  }

  private CompletionStage<String> audit(Station station) {
    return AskPattern.ask(
        station.pool(), MemoryPool.Audit::new, Duration.ofSeconds(5), system.scheduler());
  }

  /// Of the preferred device.
  MemoryPool.Books books() throws Exception {
    Node.Directory directory =
        get(AskPattern.ask(system, Node.Inspect::new, Duration.ofSeconds(5), system.scheduler()));
    return get(
        AskPattern.ask(
            directory.stations().getFirst().pool(),
            MemoryPool.Inspect::new,
            Duration.ofSeconds(5),
            system.scheduler()));
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  static List<Integer> ids(List<Event> events) {
    return events.stream().flatMap(TestNode::tokens).map(Event.Token::id).toList();
  }

  /// Of a stream that came to its end.
  static List<Event.Token> tokens(List<Event> events) {
    assertThat(events.getLast()).isInstanceOf(Event.Finished.class);
    return events.stream().flatMap(TestNode::tokens).toList();
  }

  private static Stream<Event.Token> tokens(Event event) {
    return event instanceof Event.Text text ? text.tokens().stream() : Stream.of();
  }

  @Override
  public void close() throws Exception {
    system.terminate();
    get(system.getWhenTerminated());
  }
}
