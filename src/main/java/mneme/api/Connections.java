package mneme.api;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.IncomingConnection;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;

/// The open connections of a server.
///
/// Each watches the side its requests come from: a client that closes, even while nothing is
/// written to it (a long prefill, an answer that is sent whole), ends its stream at once. A client
/// that has closed only its sending half counts as gone.
final class Connections {
  private final ActorSystem<?> system;
  private final Router router;
  private final Settings settings;
  private final Set<Open> open = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Done> drained = new CompletableFuture<>();
  private volatile boolean isDraining;

  Connections(ActorSystem<?> system, Router router, Settings settings) {
    this.system = system;
    this.router = router;
    this.settings = settings;
  }

  int count() {
    return open.size();
  }

  void accept(IncomingConnection connection) {
    Open accepted = new Open();
    open.add(accepted);
    connection.handleWith(
        accepted.flow(), org.apache.pekko.stream.SystemMaterializer.get(system).materializer());
  }

  /// Lets running requests end and closes every connection after its last one.
  CompletionStage<Done> drain() {
    isDraining = true;
    open.forEach(Open::closeIfIdle);
    completeIfDrained();
    return drained;
  }

  /// Cuts whatever still runs.
  void cut() {
    open.forEach(Open::cut);
  }

  private void completeIfDrained() {
    if (isDraining && open.isEmpty()) {
      drained.complete(Done.getInstance());
    }
  }

  /// One connection; requests on it come one after the other.
  private final class Open {
    private final SharedKillSwitch gone = KillSwitches.shared("client-gone");
    private final SharedKillSwitch closing = KillSwitches.shared("closing");
    private final AtomicInteger running = new AtomicInteger();

    Flow<HttpRequest, HttpResponse, NotUsed> flow() {
      boolean isFull = open.size() > settings.limits().connections();
      return Flow.<HttpRequest>create()
          .initialTimeout(settings.waits().header())
          .watchTermination(this::watch)
          .via(closing.flow())
          .mapAsync(1, request -> isFull ? refused(request) : answer(request));
    }

    private NotUsed watch(NotUsed unused, CompletionStage<Done> end) {
      end.whenComplete((_, _) -> {
        gone.shutdown();
        open.remove(this);
        completeIfDrained();
      });
      return unused;
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
      if (isDraining) {
        return refused(request);
      }
      running.incrementAndGet();
      return router.answer(request, gone).thenApply(this::ending);
    }

    private CompletionStage<HttpResponse> refused(HttpRequest request) {
      request.discardEntityBytes(system);
      HttpResponse busy =
          Dialect.of(request.getUri().path())
              .refuse(
                  ApiError.of(
                      503,
                      isDraining
                          ? "server is stopping"
                          : "server busy, please try again. too many connections"));
      return CompletableFuture.completedFuture(busy.addHeader(Connection.create("close")));
    }

    private HttpResponse ending(HttpResponse response) {
      return Generations.afterwards(response, this::ended);
    }

    private void ended() {
      running.decrementAndGet();
      if (isDraining) {
        closeIfIdle();
      }
    }

    void closeIfIdle() {
      if (running.get() == 0) {
        closing.shutdown();
      }
    }

    void cut() {
      gone.shutdown();
      closing.shutdown();
    }
  }
}
