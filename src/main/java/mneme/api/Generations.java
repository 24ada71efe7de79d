package mneme.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mneme.engine.Completion;
import mneme.engine.Event;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs completions and sends what they say, as it comes or all at once.
final class Generations {
  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

  private final Site site;

  Generations(Site site) {
    this.site = site;
  }

  /// One event of one of the choices of a request.
  private record Part(int choice, Event event) {}

  /// Runs `n` choices of each completion, all side by side. The streams end when `gone` is shut
  /// down.
  CompletionStage<HttpResponse> answer(
      List<Completion> completions, int n, Reply reply, SharedKillSwitch gone) {
    Source<Part, NotUsed> parts = parts(completions, n, gone);
    return reply.isStreamed()
        ? streamed(parts, reply)
        : whole(parts, completions.size() * n, reply);
  }

  private Source<Part, NotUsed> parts(List<Completion> completions, int n, SharedKillSwitch gone) {
    List<Source<Part, NotUsed>> sources = new ArrayList<>();
    for (int i = 0; i < completions.size(); i++) {
      int first = i * n;
      Completion completion = completions.get(i);
      List<Metrics.Timing> timings =
          Stream.generate(() -> site.metrics().timing(completion.model())).limit(n).toList();
      sources.add(
          site.engine()
              .generate(completion, n)
              .map(said ->
                  new Part(first + said.index(), timings.get(said.index()).on(said.event())))
              .watchTermination((unused, end) -> {
                end.whenComplete((_, _) -> timings.forEach(Metrics.Timing::close));
                return unused;
              }));
    }
    Source<Part, NotUsed> all = sources.getFirst();
    for (Source<Part, NotUsed> next : sources.subList(1, sources.size())) {
      all = all.merge(next);
    }
    return all.via(gone.flow());
  }

  private CompletionStage<HttpResponse> whole(
      Source<Part, NotUsed> parts, int choices, Reply reply) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      answers.add(new Answer());
    }
    return parts
        .takeWhile(part -> !(part.event() instanceof Event.Failed), true)
        .runForeach(part -> answers.get(part.choice()).add(part.event()), site.system())
        .thenApplyAsync(_ -> written(answers, reply), site.workers());
  }

  private static HttpResponse written(List<Answer> answers, Reply reply) {
    Optional<ApiError> error =
        answers.stream()
            .flatMap(answer -> answer.failure().stream())
            .findFirst()
            .or(() -> answers.stream().flatMap(answer -> answer.error().stream()).findFirst());
    return error.map(reply.dialect()::refuse).orElseGet(() -> reply.whole(answers));
  }

  /// The status line waits for the engine's first word, so that a refusal has its own status; not
  /// for ever, so that clients with a deadline for headers see a stream even when the queue is
  /// long.
  private CompletionStage<HttpResponse> streamed(Source<Part, NotUsed> parts, Reply reply) {
    CompletableFuture<Pair<List<Part>, Source<Part, NotUsed>>> first =
        parts.prefixAndTail(1).runWith(Sink.head(), site.system()).toCompletableFuture();
    long waitMs = site.settings().waits().firstEvent().toMillis();
    return first
        .copy()
        .thenApply(Optional::of)
        .completeOnTimeout(Optional.empty(), waitMs, TimeUnit.MILLISECONDS)
        .thenApply(known ->
            known
                .flatMap(begun -> refusal(begun.first()))
                .map(reply.dialect()::refuse)
                .orElseGet(() -> sent(joined(first), reply)));
  }

  private static Optional<ApiError> refusal(List<Part> first) {
    return first.isEmpty()
        ? Optional.of(ApiError.of(503, "the generation was cancelled"))
        : first.getFirst().event() instanceof Event.Failed(var failure, var message)
            ? Optional.of(ApiError.of(failure, message))
            : Optional.empty();
  }

  private static Source<Part, NotUsed> joined(
      CompletionStage<Pair<List<Part>, Source<Part, NotUsed>>> first) {
    return Source.completionStageSource(
            first.thenApply(begun -> Source.from(begun.first()).concat(begun.second())))
        .mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  private HttpResponse sent(Source<Part, NotUsed> parts, Reply reply) {
    Source<ByteString, NotUsed> bytes =
        parts
            .map(part -> told(part, reply))
            .concatLazy(Source.lazySingle(reply::end))
            .recover(
                new PFBuilder<Throwable, ByteString>()
                    .matchAny(fault -> lost(fault, reply))
                    .build())
            .keepAlive(site.settings().waits().keepAlive(), reply::keepAlive)
            .filter(chunk -> !chunk.isEmpty());
    return HttpResponse.create()
        .withEntity(HttpEntities.create(reply.contentType(), bytes))
        .addHeader(Answers.header("Cache-Control", "no-cache"));
  }

  private static ByteString lost(Throwable fault, Reply reply) {
    ApiError error = ApiError.of(fault);
    if (error.isOurs()) {
      LOG.error("a stream broke off", fault);
    }
    return reply.broken(error);
  }

  private static ByteString told(Part part, Reply reply) {
    return switch (part.event()) {
      case Event.Failed(var failure, var message) -> reply.broken(ApiError.of(failure, message));
      case Event.Finished(var reason, _) when reason == Event.Reason.CANCELLED ->
          reply.broken(ApiError.of(503, "the generation was cancelled"));
      default -> reply.on(part.choice(), part.event());
    };
  }

  /// `response`, with `action` started once its last byte has been handed over.
  static HttpResponse afterwards(HttpResponse response, Runnable action) {
    if (response.entity().isStrict()) {
      action.run();
      return response;
    }
    return response.transformEntityDataBytes(
        Flow.<ByteString>create()
            .watchTermination((unused, end) -> {
              end.whenComplete((_, _) -> action.run());
              return unused;
            }));
  }
}
