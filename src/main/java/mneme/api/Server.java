package mneme.api;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import mneme.engine.Engine;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.IncomingConnection;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/// The HTTP server of one node.
public final class Server {
  private final ServerBinding binding;
  private final Connections connections;
  private final ExecutorService workers;

  private Server(ServerBinding binding, Connections connections, ExecutorService workers) {
    this.binding = binding;
    this.connections = connections;
    this.workers = workers;
  }

  /// Binds and serves `engine`. The stage fails with Pekko's `BindFailedException` if the port is
  /// taken.
  public static CompletionStage<Server> start(
      ActorSystem<?> system, Engine engine, Settings settings) {
    ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    Site site = new Site(system, engine, settings, new Metrics(), new Prompts(), workers);
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
    boolean isLoopback = !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    Guard guard = new Guard(settings, isLoopback);
    Router router = new Router(system, routes(site), guard, settings, site);
    Connections connections = new Connections(system, router, settings);
    Source<IncomingConnection, CompletionStage<ServerBinding>> incoming =
        Http.get(system)
            .newServerAt(settings.host(), settings.port())
            .withSettings(settings.pekko())
            .connectionSource();
    return incoming
        .to(Sink.foreach(connections::accept))
        .run(system)
        .thenApply(binding -> new Server(binding, connections, workers));
  }

  /// Every endpoint there is.
  static List<Route> routes(Site site) {
    Generations generations = new Generations(site);
    List<Route> routes = new ArrayList<>();
    routes.addAll(HealthRoutes.of(site));
    routes.addAll(OllamaRoutes.of(site, generations));
    routes.addAll(OpenAiRoutes.of(site, generations));
    routes.addAll(TextRoutes.of(site));
    routes.addAll(PlanRoutes.of(site));
    return routes;
  }

  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /// Connections open now.
  public int connections() {
    return connections.count();
  }

  /// Stops accepting, lets running requests end for at most `patience`, then cuts the rest.
  public CompletionStage<Done> stop(Duration patience) {
    return binding
        .unbind()
        .thenCompose(_ ->
            connections
                .drain()
                .toCompletableFuture()
                .completeOnTimeout(Done.getInstance(), patience.toMillis(), TimeUnit.MILLISECONDS))
        .thenApply(done -> {
          connections.cut();
          workers.shutdown();
          return done;
        });
  }
}
