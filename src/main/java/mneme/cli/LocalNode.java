package mneme.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mneme.api.Server;
import mneme.api.Settings;
import mneme.engine.Engine;
import mneme.store.Catalog;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/// A node in this process: the actors and their HTTP server. Ctrl-C or SIGTERM end it in order: no
/// new connections, then the streams that run, then the engine.
final class LocalNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Config SHUTDOWN =
      ConfigFactory.parseString(
          "pekko.coordinated-shutdown.phases.service-requests-done.timeout = 15 s");

  private final ActorSystem<Void> system;
  private final Server server;

  private LocalNode(ActorSystem<Void> system, Server server) {
    this.system = system;
    this.server = server;
  }

  /// @param port instead of the configured one; 0 takes any that is free
  /// @throws WrongInputException if the address cannot be listened on, saying why
  static LocalNode start(Config config, Catalog catalog, Optional<Integer> port) {
    Settings configured = Settings.of(config);
    Settings settings = port.map(configured::withPort).orElse(configured);
    LoggerFactory.getILoggerFactory(); // set up once, before many threads want it
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "mneme", SHUTDOWN.withFallback(config));
    try {
      Engine engine = Engine.start(system, catalog);
      Server server = wait(Server.start(system, engine, settings));
      CoordinatedShutdown.get(system)
          .addTask(
              CoordinatedShutdown.PhaseServiceRequestsDone(),
              "end the streams",
              () -> server.stop(PATIENCE));
      return new LocalNode(system, server);
    } catch (CompletionException e) {
      system.terminate();
      throw new WrongInputException(
          "cannot listen on %s:%d: %s; 'mneme serve --port N' takes another port"
              .formatted(settings.host(), settings.port(), root(e).getMessage()));
    } catch (RuntimeException e) {
      system.terminate();
      throw e;
    }
  }

  private static <T> T wait(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Throwable root(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  URI address() {
    InetSocketAddress bound = server.address();
    String host = bound.getAddress().isAnyLocalAddress() ? "127.0.0.1" : bound.getHostString();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
  }

  /// Returns when the node has ended.
  void awaitEnd() {
    CompletionStage<Done> ended = system.getWhenTerminated();
    wait(ended);
  }

  @Override
  public void close() {
    system.terminate();
    awaitEnd();
  }
}
