package mneme.api;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mneme.engine.Completion;
import mneme.engine.Engine;
import mneme.engine.EngineException;
import mneme.engine.Event;
import mneme.engine.Forecast;
import mneme.engine.Planner;
import mneme.engine.ServedModel;
import mneme.engine.Snapshot;
import mneme.format.Metadata;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/// An engine that says what a test tells it to, and remembers what it was asked.
final class ScriptedEngine implements Engine {
  static final String CHATML =
      "{% for message in messages %}<|im_start|>{{ message.role }}\n"
          + "{{ message.content }}<|im_end|>\n{% endfor %}"
          + "{% if messages[0].content == 'refuse me' %}{{ raise_exception('not to my taste') }}{% endif %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  final List<Completion> completions = new CopyOnWriteArrayList<>();
  final List<String> loads = new CopyOnWriteArrayList<>();
  final AtomicInteger live = new AtomicInteger();
  final ByteTokenizer tokenizer = new ByteTokenizer();
  volatile boolean isHealthy = true;
  volatile Function<Completion, Source<Event, NotUsed>> script = ScriptedEngine::greeting;

  ServedModel model(String name, Optional<String> template) {
    return new ServedModel(
        name,
        new Metadata(
            Map.of("general.architecture", "toy", "toy.embedding_length", 8L, "toy.list", many())),
        tokenizer,
        2_048,
        template,
        1_000,
        "ab".repeat(32),
        3_760_000,
        "Q8_0");
  }

  private static List<Long> many() {
    List<Long> many = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      many.add(i);
    }
    return many;
  }

  @Override
  public CompletionStage<List<ServedModel>> models() {
    return CompletableFuture.completedFuture(
        List.of(
            model("toy", Optional.of(CHATML)),
            model("bare", Optional.empty()),
            model(
                "thinker",
                Optional.of(
                    CHATML
                        + "{% if enable_thinking %}<think>{% endif %}{% if tools %}{{ tools[0].function.name }}{% endif %}"))));
  }

  @Override
  public CompletionStage<ServedModel> load(String name, Optional<Duration> keepAlive) {
    return models()
        .thenApply(models ->
            models.stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .map(model -> {
                  loads.add(name + keepAlive.map(time -> " " + time).orElse(""));
                  return model;
                })
                .orElseThrow(() ->
                    new EngineException(Event.Failure.NO_SUCH_MODEL, "no model called " + name)));
  }

  @Override
  public CompletionStage<List<Running>> running() {
    return CompletableFuture.completedFuture(
        List.of(
            new Running(
                model("toy", Optional.of(CHATML)),
                Optional.of(Instant.parse("2026-11-23T20:00:00Z")),
                4_096,
                2,
                new Place("host", "on host: it is the only one"))));
  }

  @Override
  public Source<Choice, NotUsed> generate(Completion completion, int choices) {
    Source<Choice, NotUsed> all = choice(completion, 0);
    for (int i = 1; i < choices; i++) {
      all = all.merge(choice(completion.choice(i), i));
    }
    return all;
  }

  private Source<Choice, NotUsed> choice(Completion completion, int index) {
    return stream(completion).map(event -> new Choice(index, event));
  }

  private Source<Event, NotUsed> stream(Completion completion) {
    completions.add(completion);
    return Source.lazySource(
            () -> {
              live.incrementAndGet();
              return script
                  .apply(completion)
                  .watchTermination((unused, end) -> {
                    end.whenComplete((_, _) -> live.decrementAndGet());
                    return unused;
                  });
            })
        .mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  /// One device that holds the toy, and one that does not.
  @Override
  public CompletionStage<Forecast> plan(String model, Planner.Query query) {
    int tokens = query.tokens().orElse(2_048);
    Forecast.Layout layout =
        new Forecast.Layout(2_048, 16, List.of(new Forecast.Group(512, 2, 0)), 64);
    Forecast.OnDevice host =
        new Forecast.OnDevice(
            "host",
            "a processor",
            new Forecast.Bytes(9_000, 1_000, 500, 4_096, 1_024, 4, 1_024),
            List.of(new Forecast.Length(tokens, List.of(2_048L), 64, 2_560, 1)),
            Optional.of(new Forecast.Crowd(query.users(), tokens, 2_048, 64, 3, true)),
            Optional.empty());
    Forecast.OnDevice small =
        new Forecast.OnDevice(
            "opencl:0",
            "a small one",
            new Forecast.Bytes(10, 1_000, 500, 0, 0, 0, 0),
            List.of(),
            Optional.empty(),
            Optional.of("it is too small"));
    return load(model, Optional.empty())
        .thenApply(served -> new Forecast(served.name(), true, layout, List.of(host, small)));
  }

  @Override
  public CompletionStage<Snapshot> snapshot() {
    return CompletableFuture.completedFuture(
        new Snapshot(
            isHealthy,
            List.of(new Snapshot.Pool("host", 100, 40, 30, 20, 5, 5)),
            List.of(new Snapshot.Load("toy", 2, 1, 10, 200, 30, 50, 1, 2_500_000_000L)),
            List.of(
                new Snapshot.Device("host", 9_000, OptionalLong.of(1_234), Optional.empty()),
                new Snapshot.Device(
                    "opencl:0", 0, OptionalLong.empty(), Optional.of("it does not open")))));
  }

  Completion last() {
    return completions.getLast();
  }

  String lastPrompt() {
    return tokenizer.decode(last().prompt().toArray());
  }

  static Source<Event, NotUsed> greeting(Completion completion) {
    return Source.from(say(completion, "Hello", ", ", "wörld", "!"));
  }

  /// Started, one text for each piece, finished; cut at the completion's limit.
  static List<Event> say(Completion completion, String... pieces) {
    List<Event> events = new ArrayList<>();
    int length = completion.prompt().length();
    events.add(new Event.Started(length, length / 2, "first of its kind"));
    int most = completion.maxTokens().orElse(Integer.MAX_VALUE);
    int said = Math.min(most, pieces.length);
    for (int i = 0; i < said; i++) {
      List<Event.Alternative> top = new ArrayList<>();
      for (int j = 0; j < completion.topLogprobs().orElse(0); j++) {
        top.add(new Event.Alternative('a' + j, j == 0 ? -0.5 : Double.NEGATIVE_INFINITY));
      }
      events.add(new Event.Text(pieces[i], List.of(new Event.Token('a' + i, -0.25, top))));
    }
    Event.Reason reason = said < pieces.length ? Event.Reason.LENGTH : Event.Reason.STOP;
    events.add(
        new Event.Finished(reason, new Event.Statistics(1, 2, 3, 4, length, length / 2, said, 0)));
    return events;
  }

  /// Says hello for ever, a word each `pauseMs`.
  static Source<Event, NotUsed> endless(Completion completion, long pauseMs) {
    return Source.<Event>single(new Event.Started(completion.prompt().length(), 0, ""))
        .concat(
            Source.tick(
                    Duration.ZERO,
                    Duration.ofMillis(pauseMs),
                    (Event) new Event.Text("hello ", List.of(new Event.Token('h', 0, List.of()))))
                .mapMaterializedValue(_ -> NotUsed.getInstance()));
  }
}
