package mneme.memory;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Whatever happens to a pool, in whatever order: the books add up after every action, and every
/// span reads exactly its own tokens.
class LedgerHistoryTest {
  private static final int LONGEST = 40;

  private static final List<MemoryPlan> PLANS =
      List.of(
          Plans.of(Plans.full(1), Plans.full(1)),
          Plans.of(Plans.full(1), Plans.windowed(2, 7)),
          Plans.of(Plans.state(64), Plans.state(200)),
          Plans.of(Plans.full(1), Plans.state(300), Plans.state(64), Plans.windowed(1, 5)),
          Plans.of(Plans.latent()),
          Plans.of(Plans.windowed(1, 6), Plans.state(64)));

  private static final List<MemoryPlan> SPLIT =
      List.of(
          Plans.inTwoBanks(Plans.full(1), Plans.full(1)),
          Plans.inTwoBanks(Plans.full(1), Plans.windowed(2, 7), Plans.windowed(1, 5)),
          Plans.inTwoBanks(Plans.state(64), Plans.state(200)),
          Plans.inTwoBanks(
              Plans.full(1), Plans.state(300), Plans.state(64), Plans.full(1), Plans.full(2)),
          Plans.of(Plans.full(1), Plans.state(64)));

  /// The second in parts of three slabs.
  private static PoolShape banks(long slabBytes, int first, int second) {
    return new PoolShape(
        List.of(
            new PoolShape.Bank(first, Long.MAX_VALUE),
            new PoolShape.Bank(second, 3 * slabBytes + 256)),
        slabBytes);
  }

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
  void everyKindOfMemoryInAPoolOfParts(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int actions,
      @ForAll @IntRange(min = 1, max = 4) int slabsOfPart) {
    live(seed, actions, new PoolShape(14, 2048, slabsOfPart * 2048 + 768), PLANS);
  }

  @Property(tries = 200)
  void eachKindAlone(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int actions,
      @ForAll @IntRange(min = 0, max = 5) int plan) {
    live(seed, actions, new PoolShape(30, 2048), List.of(PLANS.get(plan)));
  }

  @Property(tries = 200)
  void modelsThatAreSplitOverTwoBanks(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int actions,
      @ForAll @IntRange(min = 6, max = 30) int slabs) {
    live(seed, actions, banks(2048, slabs, 36 - slabs), SPLIT);
  }
}
