package mneme.memory;

import java.util.List;
import mneme.format.Encoding;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Whatever happens to a pool, in whatever order: the books add up after every action, and every
/// span reads exactly its own tokens.
class LedgerHistoryTest {
  private static final KvEncoding F32 = KvEncoding.both(Encoding.F32);
  private static final int LONGEST = 40;

  /// 4 tokens of one head of 8 and 8 numbers are a page of 256 bytes.
  private static MemoryPlan plan(MemoryNeed... needs) {
    return MemoryPlan.of(List.of(needs), F32, 4);
  }

  private static MemoryNeed full(int heads) {
    return new MemoryNeed.Kv(heads, 8, 8, 0);
  }

  private static MemoryNeed windowed(int heads, int tokens) {
    return new MemoryNeed.Kv(heads, 8, 8, tokens);
  }

  private static MemoryNeed latent() {
    return new MemoryNeed.Kv(1, 24, 0, 0);
  }

  private static MemoryNeed state(int floats) {
    return new MemoryNeed.State(floats);
  }

  private static final List<MemoryPlan> PLANS =
      List.of(
          plan(full(1), full(1)),
          plan(full(1), windowed(2, 7)),
          plan(state(64), state(200)),
          plan(full(1), state(300), state(64), windowed(1, 5)),
          plan(latent()),
          plan(windowed(1, 6), state(64)));

  private static void live(long seed, int actions, PoolShape shape, List<MemoryPlan> plans) {
    MemoryWorld world = new MemoryWorld(seed, shape, plans, LONGEST);
    for (int i = 0; i < actions; i++) {
      world.act();
    }
    world.end();
  }

  @Property(tries = 200)
  void everyKindOfMemoryInOneTightPool(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int actions) {
    live(seed, actions, new PoolShape(12, 2048), PLANS);
  }

  @Property(tries = 200)
  void everyKindOfMemoryInOneRoomyPool(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int actions) {
    live(seed, actions, new PoolShape(60, 4096), PLANS);
  }

  @Property(tries = 200)
  void eachKindAlone(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int actions,
      @ForAll @IntRange(min = 0, max = 5) int plan) {
    live(seed, actions, new PoolShape(30, 2048), List.of(PLANS.get(plan)));
  }
}
