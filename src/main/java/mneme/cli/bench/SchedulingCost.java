package mneme.cli.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.engine.Completion;
import mneme.engine.Engine;
import mneme.engine.Event;
import mneme.memory.Tokens;
import mneme.store.Catalog;
import mneme.text.Sampling;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.LoggerFactory;

/// What a token costs beside computing it: actors, pool, scheduling, sampling over a vocabulary of
/// 2,048 and text, measured on a device that answers at once.
public final class SchedulingCost {
  private static final List<Integer> SEQUENCES = List.of(1, 10, 100, 1_000, 10_000);
  private static final int ROUNDS = 3;
  private static final int PROMPT_TOKENS = 8;
  private static final int TOKENS = 32;
  private static final String SETTINGS =
      """
      mneme.engine {
        device = none
        pool.bytes = 64 GiB
        waiting-limit = 100000
      }
      """;

  private final ActorSystem<?> system;
  private final Engine engine;
  private int prompts;

  private SchedulingCost(ActorSystem<?> system, Engine engine) {
    this.system = system;
    this.engine = engine;
  }

  /// One line as soon as it is known: for each number of concurrent sequences the best of three
  /// rounds.
  public static void measure(Config config, PrintWriter out) {
    Config settings = ConfigFactory.parseString(SETTINGS).withFallback(config);
    LoggerFactory.getILoggerFactory(); // set up once, before many threads want it
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", settings);
    try {
      SchedulingCost cost = new SchedulingCost(system, Engine.start(system, Catalog.of(config)));
      out.println("SEQUENCES     TOKENS   MICROSECONDS A TOKEN");
      for (int sequences : SEQUENCES) {
        out.println(cost.best(sequences));
      }
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private String best(int sequences) {
    double best = Double.MAX_VALUE;
    long tokens = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long startNs = System.nanoTime();
      tokens = round(sequences);
      best = Math.min(best, (System.nanoTime() - startNs) / 1e3 / Math.max(1, tokens));
    }
    return String.format(Locale.ROOT, "%9d %10d %22.2f", sequences, tokens, best);
  }

  /// Runs that many streams side by side.
  ///
  /// @return tokens they generated
  private long round(int sequences) {
    List<CompletionStage<Integer>> running = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      running.add(
          engine.generate(completion()).runWith(Sink.fold(0, SchedulingCost::tokens), system));
    }
    return running.stream().mapToLong(stream -> stream.toCompletableFuture().join()).sum();
  }

  private static int tokens(int before, Event event) {
    return switch (event) {
      case Event.Started _, Event.Text _ -> before;
      case Event.Finished(_, var statistics) -> statistics.generatedTokens();
      case Event.Failed(_, var message) -> throw new LoadException(message);
    };
  }

  /// No two prompts begin alike, so that none is served from the prefix index.
  private Completion completion() {
    int[] ids = new int[PROMPT_TOKENS];
    int rest = prompts++;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 300 + rest % 1000;
      rest /= 1000;
    }
    return new Completion(
        "mneme-tiny",
        Tokens.of(ids),
        Sampling.greedy(),
        Optional.of(TOKENS),
        List.of(),
        Optional.empty(),
        "bench");
  }
}
