package mneme.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the route of a request, reads its body, and turns whatever goes wrong into an error in the
/// dialect of the path. Handlers run on `workers`, never on the threads of actors.
final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  /// What the dialects have and this server has not: clients are told so.
  private static final Set<String> NOT_HERE =
      Set.of(
          "/api/embed",
          "/api/embeddings",
          "/api/pull",
          "/api/push",
          "/api/create",
          "/api/copy",
          "/api/delete",
          "/v1/embeddings",
          "/v1/responses",
          "/v1/messages");

  private final ActorSystem<?> system;
  private final List<Route> routes;
  private final Guard guard;
  private final Settings settings;
  private final Metrics metrics;
  private final Executor workers;

  Router(ActorSystem<?> system, List<Route> routes, Guard guard, Settings settings, Site site) {
    this.system = system;
    this.routes = List.copyOf(routes);
    this.guard = guard;
    this.settings = settings;
    this.metrics = site.metrics();
    this.workers = site.workers();
  }

  /// Never fails: every fault becomes an answer.
  CompletionStage<HttpResponse> answer(HttpRequest request, SharedKillSwitch gone) {
    String path = request.getUri().path();
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    try {
      dispatch(request, path, gone)
          .whenComplete((response, fault) ->
              answer.complete(fault == null ? response : refuse(request, path, fault)));
    } catch (RuntimeException fault) {
      answer.complete(refuse(request, path, fault));
    }
    return answer.thenApply(response -> finished(request, path, response));
  }

  private CompletionStage<HttpResponse> dispatch(
      HttpRequest request, String path, SharedKillSwitch gone) {
    guard.admit(request);
    if (request.method().equals(HttpMethods.OPTIONS)) {
      request.discardEntityBytes(system);
      return done(HttpResponse.create().withStatus(204).addHeaders(Guard.preflight()));
    }
    Route route = route(request, path);
    String tenant = route.isOpen() ? Guard.EVERYONE : guard.tenant(request);
    return body(request)
        .thenComposeAsync(
            body ->
                route.handler().handle(new Exchange(request, body, route.rest(path), tenant, gone)),
            workers);
  }

  private Route route(HttpRequest request, String path) {
    List<Route> there = routes.stream().filter(route -> route.matches(path)).toList();
    boolean isHead = request.method().equals(HttpMethods.HEAD);
    return there.stream()
        .filter(route ->
            route.method().equals(request.method())
                || (isHead && route.method().equals(HttpMethods.GET)))
        .findFirst()
        .orElseThrow(() -> new Refusal(there.isEmpty() ? unknown(path) : wrongMethod(there)));
  }

  private static ApiError unknown(String path) {
    if (NOT_HERE.contains(path) || path.startsWith("/api/blobs/")) {
      return ApiError.of(501, path + " is not supported by this server");
    }
    return ApiError.of(
        404, "no such path: " + (path.length() > 200 ? path.substring(0, 200) + "..." : path));
  }

  private static ApiError wrongMethod(List<Route> there) {
    return ApiError.of(
        405,
        "method not allowed; this path takes "
            + there.stream()
                .map(route -> route.method().value())
                .collect(Collectors.joining(", ")));
  }

  private CompletionStage<ByteString> body(HttpRequest request) {
    HttpEntity entity = request.entity();
    if (entity.isKnownEmpty()) {
      return CompletableFuture.completedFuture(ByteString.emptyByteString());
    }
    Optional<ApiError> refused = unwelcome(request);
    if (refused.isPresent()) {
      entity.getDataBytes().runWith(Sink.cancelled(), system);
      throw new Refusal(refused.get());
    }
    Duration deadline = settings.waits().body();
    long limit = settings.limits().bodyBytes();
    return request
        .entity()
        .withSizeLimit(limit)
        .toStrict(deadline.toMillis(), limit + 1, SystemMaterializer.get(system).materializer())
        .thenApply(HttpEntity.Strict::getData)
        .exceptionally(fault -> {
          throw new Refusal(unread(fault));
        });
  }

  private Optional<ApiError> unwelcome(HttpRequest request) {
    long bytes = request.entity().getContentLengthOption().orElse(0);
    if (bytes > settings.limits().bodyBytes()) {
      return Optional.of(tooLarge());
    }
    String encoding =
        request.getHeader("Content-Encoding").map(HttpHeader::value).orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      return Optional.of(
          ApiError.of(
              415, "content encoding '" + encoding + "' is not supported; send plain JSON"));
    }
    return request.entity().getContentType().mediaType().isMultipart()
        ? Optional.of(ApiError.of(415, "multipart bodies are not supported; send JSON"))
        : Optional.empty();
  }

  private ApiError tooLarge() {
    return ApiError.of(
        413, "the request body is longer than " + settings.limits().bodyBytes() + " bytes");
  }

  private ApiError unread(Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException e && e.getCause() != null ? e.getCause() : fault;
    return switch (cause) {
      case EntityStreamSizeException _ -> tooLarge();
      case java.util.concurrent.TimeoutException _ ->
          ApiError.of(408, "the request body did not arrive in " + settings.waits().body());
      default -> ApiError.of(400, "the request body broke off or is malformed");
    };
  }

  private HttpResponse refuse(HttpRequest request, String path, Throwable fault) {
    ApiError error = ApiError.of(fault);
    if (error.isOurs()) {
      LOG.error("{} {} failed", request.method().value(), path, fault);
    }
    return Dialect.of(path).refuse(error);
  }

  private HttpResponse finished(HttpRequest request, String path, HttpResponse response) {
    String route =
        routes.stream().filter(r -> r.matches(path)).map(Route::path).findFirst().orElse("other");
    metrics.answered(route, response.status().intValue());
    HttpResponse shared = response.addHeaders(Guard.sharing(request));
    return closes(response.status().intValue())
        ? shared.addHeader(org.apache.pekko.http.javadsl.model.headers.Connection.create("close"))
        : shared;
  }

  /// After these the rest of the request body was not read.
  private static boolean closes(int status) {
    return status == 408 || status == 413 || status == 415;
  }

  private static CompletionStage<HttpResponse> done(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }
}
