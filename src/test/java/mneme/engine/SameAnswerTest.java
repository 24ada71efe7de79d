package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.memory.Tokens;
import mneme.store.Catalog;
import mneme.text.Sampling;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The embedded model on the host: every log probability of a stream is the same number alone and
/// in company, however the prompt is cut, from a cold and a warm cache, and after a preemption.
class SameAnswerTest {
  private static final int STREAMS = 16;
  private static final int TOKENS = 12;

  @ParameterizedTest
  @CsvSource({"1, 64 MiB", "7, 64 MiB", "64, 64 MiB", "512, 64 MiB", "64, 3 MiB"})
  void aStreamIsTheSameAloneAndInCompany(int chunkTokens, String poolBytes) throws Exception {
    List<List<Event.Token>> alone = new ArrayList<>();
    try (House house = new House(64, "64 MiB")) {
      for (int i = 0; i < STREAMS; i++) {
        alone.add(TestNode.tokens(TestNode.get(house.ask(i, "alone " + i))));
      }
    }
    try (House house = new House(chunkTokens, poolBytes)) {
      assertThat(together(house)).as("cold").isEqualTo(alone);
      assertThat(together(house)).as("warm").isEqualTo(alone);
    }
  }

  private static List<List<Event.Token>> together(House house) throws Exception {
    List<CompletionStage<List<Event>>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add(house.ask(i, "all"));
    }
    List<List<Event.Token>> tokens = new ArrayList<>();
    for (CompletionStage<List<Event>> stream : streams) {
      tokens.add(TestNode.tokens(TestNode.get(stream)));
    }
    return tokens;
  }

  /// An engine with the embedded model.
  private static final class House implements AutoCloseable {
    private final ActorSystem<Void> system;
    private final Engine engine;

    House(int chunkTokens, String poolBytes) {
      Config config =
          ConfigFactory.parseString(
                  """
                  mneme.engine.pool.bytes = %s
                  mneme.engine.step { chunk-tokens = %d, tokens = %d }
                  """
                      .formatted(poolBytes, chunkTokens, chunkTokens + 100))
              .withFallback(ConfigFactory.load());
      system = ActorSystem.create(Behaviors.empty(), "node", config);
      engine = Engine.start(system, Catalog.of(config));
    }

    CompletionStage<List<Event>> ask(int stream, String tenant) {
      int[] prompt = new int[3 + 13 * stream];
      for (int i = 0; i < prompt.length; i++) {
        prompt[i] = 20 + (stream * 7 + i * 31) % 1000;
      }
      Completion completion =
          new Completion(
              "mneme-tiny",
              Tokens.of(prompt),
              Sampling.defaults(stream),
              Optional.of(TOKENS),
              List.of(),
              Optional.of(3),
              tenant);
      return engine.generate(completion).runWith(Sink.seq(), system);
    }

    @Override
    public void close() throws Exception {
      system.terminate();
      TestNode.get(system.getWhenTerminated());
    }
  }
}
