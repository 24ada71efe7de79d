package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// Under any load and any pool: who is admitted finishes, with exactly its own bytes.
class ServingTest {
  private static final int CONTEXT = 48;

  private static MemoryPlan plan(MemoryNeed... needs) {
    return MemoryPlan.of(List.of(needs), KvEncoding.both(Encoding.F32), 4);
  }

  private static final List<MemoryPlan> PLANS =
      List.of(
          plan(new MemoryNeed.Kv(1, 8, 8, 0)),
          plan(new MemoryNeed.Kv(1, 8, 8, 0), new MemoryNeed.Kv(2, 8, 8, 6)),
          plan(new MemoryNeed.State(100)),
          plan(
              new MemoryNeed.Kv(1, 8, 8, 0),
              new MemoryNeed.State(300),
              new MemoryNeed.Kv(1, 8, 8, 9)));

  private static ServingWorld serve(long seed, int slabs, MemoryPlan plan, int requests) {
    Random random = new Random(seed);
    ServingWorld world = new ServingWorld(seed, new PoolShape(slabs, 2048), plan, CONTEXT);
    for (int i = 0; i < requests; i++) {
      world.arrive(1 + random.nextInt(30), 1 + random.nextInt(30));
      for (int round = random.nextInt(4); round > 0; round--) {
        world.round();
      }
    }
    world.finish();
    return world;
  }

  @Property(tries = 150)
  void everyAdmittedSequenceFinishes(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int slabs,
      @ForAll @IntRange(min = 0, max = 3) int plan,
      @ForAll @IntRange(min = 1, max = 30) int requests) {
    ServingWorld world = serve(seed, slabs, PLANS.get(plan), requests);
    assertThat(world.finished + world.refused).isEqualTo(requests);
  }

  @Test
  void aPoolForOneServesManyOneAfterTheOther() {
    ServingWorld world = serve(1, 2, PLANS.getFirst(), 40);
    assertThat(world.finished).isPositive();
    assertThat(world.preemptions).isPositive();
  }
}
