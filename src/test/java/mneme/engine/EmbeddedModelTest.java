package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Optional;
import mneme.memory.Tokens;
import mneme.store.Catalog;
import mneme.text.Sampling;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The whole engine from configuration and store, with the embedded model on the host.
class EmbeddedModelTest {
  private final Config config =
      ConfigFactory.parseString("mneme.engine.pool.bytes = 64 MiB")
          .withFallback(ConfigFactory.load());
  private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "node", config);
  private final Engine engine = Engine.start(system, Catalog.of(config));

  @AfterEach
  void close() throws Exception {
    system.terminate();
    TestNode.get(system.getWhenTerminated());
  }

  @Test
  void tellsAStory() throws Exception {
    ServedModel model = TestNode.get(engine.load("mneme-tiny", Optional.empty()));
    int[] prompt = model.tokenizer().encode("Once upon a time", true);
    Completion completion =
        new Completion(
            "mneme-tiny",
            Tokens.of(prompt),
            Sampling.greedy(),
            Optional.of(30),
            List.of(),
            Optional.of(2),
            "");
    List<Event> events = TestNode.get(engine.generate(completion).runWith(Sink.seq(), system));
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event instanceof Event.Text some ? some.text() : ""));
    assertThat(text.toString()).hasSizeGreaterThan(20).matches("(?s)[\\p{Print}\\s]+");
    assertThat(events.getLast()).isInstanceOf(Event.Finished.class);
    System.out.println(text);
  }
}
