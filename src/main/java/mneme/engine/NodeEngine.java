package mneme.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Source;

/// The engine of a node, as seen from outside its actors.
final class NodeEngine implements Engine {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOADING_PATIENCE = Duration.ofMinutes(10);

  private final ActorSystem<?> system;
  private final ActorRef<Node.Command> node;
  private final Loader loader;

  NodeEngine(ActorSystem<?> system, ActorRef<Node.Command> node, Loader loader) {
    this.system = system;
    this.node = node;
    this.loader = loader;
  }

  @Override
  public CompletionStage<List<ServedModel>> models() {
    return CompletableFuture.supplyAsync(
        loader::models,
        system
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("mneme.engine.loading-dispatcher")));
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

  @Override
  public CompletionStage<Snapshot> snapshot() {
    return directory()
        .thenCompose(directory ->
            reports(directory)
                .thenCompose(reports ->
                    books(directory)
                        .thenCombine(
                            counters(reports),
                            (books, counters) -> Snapshots.of(books, reports, counters))));
  }

  private CompletionStage<Map<String, MemoryPool.Books>> books(Node.Directory directory) {
    List<Station> stations = directory.stations();
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

  private CompletionStage<List<Scheduler.Counters>> counters(List<ModelHost.Report> reports) {
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

  private CompletionStage<List<ModelHost.Report>> reports(Node.Directory directory) {
    return all(
        directory.hosts().values().stream()
            .map(host ->
                this.<ModelHost.Command, ModelHost.Report>ask(
                    host, ModelHost.Inspect::new, PATIENCE))
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
