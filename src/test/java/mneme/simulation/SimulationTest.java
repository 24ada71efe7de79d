package mneme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import mneme.engine.World;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Whole nodes from seeds: random arrivals, prefixes in common, readers who are slow or leave,
/// several choices for one prompt, sequences killed at any point, devices that fail or lie, tiny
/// pools, every kind of memory. After every task the books are audited and every stream is compared
/// with the pure function of its prompt.
///
/// `-Dmneme.seed=N` tells one story again; `-Dmneme.seeds=N` says how many to tell.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulationTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.default-dispatcher {
                executor = "mneme.simulation.SeededDispatcher"
                throughput = 1
              }
              pekko.actor.internal-dispatcher = "pekko.actor.default-dispatcher"
              mneme.engine.worker-dispatcher = "pekko.actor.default-dispatcher"
              mneme.engine.loading-dispatcher = "pekko.actor.default-dispatcher"
              pekko.scheduler.implementation = "mneme.simulation.VirtualClock"
              pekko.loglevel = OFF
              pekko.stdout-loglevel = OFF
              """)
          .withFallback(ConfigFactory.load());

  private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "sim", CONFIG);

  private final Map<String, Integer> counts = new TreeMap<>();

  @BeforeAll
  void settle() throws Exception {
    TimeUnit.MILLISECONDS.sleep(100);
  }

  @AfterAll
  void close() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void everyStoryEndsWell() throws Exception {
    long only = Long.getLong("mneme.seed", -1);
    long first = only < 0 ? 1 : only;
    long last = only < 0 ? Long.getLong("mneme.seeds", 500) : only;
    long tasks = 0;
    for (long seed = first; seed <= last; seed++) {
      tasks += tell(seed).tasks();
    }
    System.out.printf("%d seeds, %d tasks, %s%n", last - first + 1, tasks, counts);
  }

  @Test
  void theSameSeedTellsTheSameStory() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(tell(seed).story()).isEqualTo(tell(seed).story());
    }
  }

  private record Told(String story, long tasks) {}

  private Told tell(long seed) throws InterruptedException {
    World world = new World(system, seed);
    try {
      long tasks = SeededDispatcher.current().tell(seed, world);
      world.count(counts);
      return new Told(world.story(), tasks);
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\nreplay with -Dmneme.seed=" + seed + "\n" + world.story(), e);
    } finally {
      world.close();
    }
  }
}
