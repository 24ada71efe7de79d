package mneme.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import mneme.schedule.Placement;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Source;

/// The engine of a node, as seen from outside its actors.
final class NodeEngine implements Engine {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// With a host, which may have stopped since the node named it.
  private static final Duration HOST_PATIENCE = Duration.ofSeconds(2);

  private static final Duration MEASURING_PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOADING_PATIENCE = Duration.ofMinutes(10);

  private final ActorSystem<?> system;
  private final ActorRef<Node.Command> node;
  private final Loader loader;
  private final Planner planner;

  NodeEngine(ActorSystem<?> system, ActorRef<Node.Command> node, Loader loader, Planner planner) {
    this.system = system;
    this.node = node;
    this.loader = loader;
    this.planner = planner;
  }

  @Override
  public CompletionStage<List<ServedModel>> models() {
    return CompletableFuture.supplyAsync(loader::models, loading());
  }

  private Executor loading() {
    return system
        .dispatchers()
        .lookup(DispatcherSelector.fromConfig("mneme.engine.loading-dispatcher"));
  }

  @Override
  public CompletionStage<ServedModel> load(String model, Optional<Duration> keepAlive) {
    return this.<Node.Command, ModelHost.Loading>ask(
            node, replyTo -> new Node.Load(model, keepAlive, replyTo), LOADING_PATIENCE)
        .thenApply(loading ->
            switch (loading) {
              case ModelHost.Loaded(var served) -> served;
              case ModelHost.LoadFailed(var failure, var message) ->
                  throw new EngineException(failure, message);
            });
  }

  @Override
  public CompletionStage<List<Running>> running() {
    return directory()
        .thenCompose(this::reports)
        .thenApply(
            reports -> reports.stream().flatMap(report -> report.running().stream()).toList());
  }

  @Override
  public Source<Choice, NotUsed> generate(Completion completion, int choices) {
    return Source.fromGraph(
        new Reading(choices, reader -> node.tell(new Node.Generate(completion, choices, reader))));
  }

  /// The workers are asked first: after their answers the node knows which devices are open.
  @Override
  public CompletionStage<Forecast> plan(String model, Planner.Query query) {
    return CompletableFuture.supplyAsync(() -> loader.load(model), loading())
        .thenCompose(blueprint ->
            directory()
                .thenCompose(directory -> measured(blueprint, directory))
                .thenCompose(sizes -> forecast(blueprint, query, sizes))
                .thenCompose(forecast -> withSplit(forecast, blueprint, query))
                .whenComplete((_, _) -> blueprint.close()));
  }

  /// By device; one that does not answer in time is left out.
  private CompletionStage<Map<String, Worker.Measured>> measured(
      Blueprint blueprint, Node.Directory directory) {
    Map<String, Worker.Measured> sizes = new ConcurrentHashMap<>();
    Set<String> unusable =
        directory.devices().stream()
            .filter(device -> device.because().isPresent())
            .map(Snapshot.Device::device)
            .collect(Collectors.toSet());
    return all(directory.stations().stream()
            .filter(station -> !unusable.contains(station.device()))
            .map(station ->
                measured(blueprint, station)
                    .thenAccept(answer -> {
                      if (answer instanceof Worker.Measured size) {
                        sizes.put(station.device(), size);
                      }
                    })
                    .exceptionally(_ -> null))
            .toList())
        .thenApply(_ -> sizes);
  }

  private CompletionStage<Worker.Measurement> measured(Blueprint blueprint, Station station) {
    return ask(
        station.worker(),
        replyTo ->
            new Worker.Measure(
                blueprint.graph(),
                blueprint.plan(),
                blueprint.numerics(),
                planner.settings().largestStep(),
                replyTo),
        MEASURING_PATIENCE);
  }

  private CompletionStage<Forecast> forecast(
      Blueprint blueprint, Planner.Query query, Map<String, Worker.Measured> sizes) {
    Planner.Subject subject = blueprint.subject();
    return directory()
        .thenCompose(directory ->
            reports(directory)
                .thenCombine(
                    books(directory),
                    (reports, books) -> {
                      Optional<String> home = home(reports, subject.name());
                      List<Forecast.OnDevice> on = new ArrayList<>();
                      for (Placement.Room room : directory.rooms()) {
                        Worker.Measured of = sizes.get(room.device());
                        if (of != null && of.size().isPresent()) {
                          Planner.Ground ground =
                              new Planner.Ground(
                                  of.info(),
                                  of.size().get(),
                                  room,
                                  Objects.requireNonNull(books.get(room.device())).shape());
                          on.add(
                              home.equals(Optional.of(room.device()))
                                  ? planner.there(subject, ground, query)
                                  : planner.onDevice(subject, ground, query));
                        }
                      }
                      for (Snapshot.Device device : directory.devices()) {
                        device
                            .because()
                            .ifPresent(
                                why -> on.add(Forecast.OnDevice.unusable(device.device(), why)));
                      }
                      return new Forecast(subject.name(), home.isPresent(), subject.layout(), on);
                    }));
  }

  /// Where the model is split over devices, or would be because none holds it, that too.
  private CompletionStage<Forecast> withSplit(
      Forecast forecast, Blueprint blueprint, Planner.Query query) {
    SplitForecast split = new SplitForecast(planner, blueprint, query);
    boolean isHeld = forecast.devices().stream().anyMatch(one -> one.because().isEmpty());
    return directory()
        .thenCompose(directory ->
            reports(directory)
                .thenCombine(books(directory), split::loaded)
                .thenCompose(loaded -> {
                  if (loaded.isPresent() || isHeld || !split.isPossible(directory)) {
                    return CompletableFuture.completedFuture(loaded);
                  }
                  return segments(directory, split)
                      .thenApply(_ -> split.wouldBe(directory.rooms()));
                }))
        .thenApply(found -> found.map(forecast::with).orElse(forecast));
  }

  private CompletionStage<?> segments(Node.Directory directory, SplitForecast split) {
    return all(
        directory.stations().stream()
            .filter(station -> directory.isOpen(station.device()))
            .map(station ->
                this.<Worker.Command, Worker.SegmentsMeasurement>ask(
                        station.worker(), split::question, MEASURING_PATIENCE)
                    .thenAccept(answer -> {
                      if (answer instanceof Worker.MeasuredSegments measured) {
                        split.measured(station.device(), measured);
                      }
                    })
                    .exceptionally(_ -> null))
            .toList());
  }

  /// The device where a model is.
  private static Optional<String> home(List<HostReport> reports, String model) {
    return reports.stream()
        .flatMap(report -> report.running().stream())
        .filter(running -> running.model().name().equals(model))
        .map(running -> running.place().device())
        .findFirst();
  }

  @Override
  public CompletionStage<Snapshot> snapshot() {
    return directory()
        .thenCompose(directory ->
            reports(directory)
                .thenCompose(reports ->
                    books(directory)
                        .thenCombine(
                            counters(reports),
                            (books, counters) ->
                                Snapshots.of(books, reports, counters, directory.devices()))));
  }

  private CompletionStage<Map<String, MemoryPool.Books>> books(Node.Directory directory) {
    List<Station> stations = new ArrayList<>(directory.stations());
    stations.addAll(directory.splits());
    return all(stations.stream()
            .map(station ->
                this.<MemoryPool.Command, MemoryPool.Books>ask(
                    station.pool(), MemoryPool.Inspect::new, PATIENCE))
            .toList())
        .thenApply(all -> {
          Map<String, MemoryPool.Books> books = new LinkedHashMap<>();
          for (int i = 0; i < all.size(); i++) {
            books.put(stations.get(i).device(), all.get(i));
          }
          return books;
        });
  }

  private CompletionStage<List<Scheduler.Counters>> counters(List<HostReport> reports) {
    return all(
        reports.stream()
            .flatMap(report -> report.served().stream())
            .map(served ->
                this.<Scheduler.Command, Scheduler.Counters>ask(
                    served.scheduler(), Scheduler.Inspect::new, PATIENCE))
            .toList());
  }

  private CompletionStage<Node.Directory> directory() {
    return ask(node, Node.Inspect::new, PATIENCE);
  }

  private CompletionStage<List<HostReport>> reports(Node.Directory directory) {
    return all(
        directory.hosts().values().stream()
            .map(host ->
                this.<ModelHost.Command, HostReport>ask(host, ModelHost.Inspect::new, HOST_PATIENCE)
                    .exceptionally(_ -> HostReport.NOTHING))
            .toList());
  }

  private <C, R> CompletionStage<R> ask(
      ActorRef<C> actor, Function<ActorRef<R>, C> question, Duration patience) {
    return AskPattern.ask(actor, question::apply, patience, system.scheduler());
  }

  private static <T> CompletionStage<List<T>> all(List<CompletionStage<T>> stages) {
    CompletionStage<List<T>> joined = CompletableFuture.completedStage(new ArrayList<>());
    for (CompletionStage<T> stage : stages) {
      joined =
          joined.thenCombine(
              stage,
              (list, element) -> {
                list.add(element);
                return list;
              });
    }
    return joined;
  }
}
