package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import mneme.format.Encoding;
import mneme.memory.Footprint;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.SlabSizing;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/// A model of layers that each take 1,000 bytes of weights and remember something.
class DivisionTest {
  private static final int CONTEXT = 512;
  private static final int CHUNK = 16;
  private static final PoolSize HALF = new PoolSize(0, 0.5, Long.MAX_VALUE);

  private static Division.Demand demand(int layers, Set<String> devices, int leastTokens) {
    List<MemoryNeed> needs = new ArrayList<>();
    List<Map<String, Placement.Size>> segments = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      needs.add(
          layer % 3 == 2 ? new MemoryNeed.State(300) : new MemoryNeed.Kv(1, 8, 8, layer % 2 * 40));
      Map<String, Placement.Size> sizes = new HashMap<>();
      devices.forEach(device -> sizes.put(device, new Placement.Size(1000, 500)));
      segments.add(sizes);
    }
    return new Division.Demand(segments, ends -> plan(needs, ends), CONTEXT, leastTokens, CHUNK);
  }

  private static MemoryPlan plan(List<MemoryNeed> needs, List<Integer> ends) {
    return MemoryPlan.of(
        needs,
        KvEncoding.both(Encoding.F32),
        16,
        need -> (int) ends.stream().filter(end -> end <= need).count());
  }

  private static Placement.Room room(String device, long bytes) {
    return new Placement.Room(device, bytes, Long.MAX_VALUE, 0, List.of());
  }

  @Test
  void thePreferredDeviceTakesWhatItHoldsAndTheNextTheRest() {
    Division.Divided divided =
        new Division(HALF)
            .divide(
                demand(9, Set.of("fast", "slow"), 2),
                List.of(room("fast", 400_000), room("slow", 10_000_000)))
            .orElseThrow();
    assertThat(divided.parts()).extracting(Division.Part::device).containsExactly("fast", "slow");
    assertThat(divided.parts().getFirst().ends()).isBetween(2, 8);
    assertThat(divided.longestTokens()).isEqualTo(CONTEXT);
    assertThat(divided.sentence()).contains("segments 1 to", "on fast", "serves 512 tokens");
  }

  @Test
  void aDeviceThatHoldsNotOneLayerIsPassedOver() {
    Division.Divided divided =
        new Division(HALF)
            .divide(
                demand(6, Set.of("a", "tiny", "b"), 2),
                List.of(room("a", 300_000), room("tiny", 1200), room("b", 900_000)))
            .orElseThrow();
    assertThat(divided.parts()).extracting(Division.Part::device).containsExactly("a", "b");
  }

  @Test
  void aDeviceThatCannotRunASegmentEndsBeforeIt() {
    Division.Demand demand = demand(6, Set.of("some", "all"), 2);
    List<Map<String, Placement.Size>> segments = new ArrayList<>(demand.segments());
    segments.set(2, Map.of("all", new Placement.Size(1000, 500)));
    Division.Divided divided =
        new Division(HALF)
            .divide(
                new Division.Demand(segments, demand.planOf(), CONTEXT, 2, CHUNK),
                List.of(room("some", 10_000_000), room("all", 10_000_000)))
            .orElseThrow();
    assertThat(divided.parts().getFirst().ends()).isEqualTo(2);
  }

  @Test
  void noDivisionHoldsWhatAllDevicesTogetherDoNot() {
    Optional<Division.Divided> divided =
        new Division(HALF)
            .divide(demand(9, Set.of("a", "b"), 2), List.of(room("a", 5_000), room("b", 5_000)));
    assertThat(divided).isEmpty();
  }

  @Test
  void aPoolOfFixedSizeIsSharedOutByWhatTheLayersRemember() {
    Division.Divided divided =
        new Division(new PoolSize(600_000, 0, 0))
            .divide(demand(8, Set.of("a", "b"), 2), List.of(room("a", 500_000), room("b", 500_000)))
            .orElseThrow();
    long pool = divided.parts().stream().mapToLong(part -> part.bank().bytes()).sum();
    assertThat(pool).isBetween(599_000L, 600_000L);
  }

  private static List<Placement.Room> rooms(List<String> names, Random random) {
    return names.stream()
        .map(name ->
            new Placement.Room(
                name,
                1000 + random.nextInt(400_000),
                random.nextBoolean()
                    ? Long.MAX_VALUE / 256 * 256
                    : 256L * (20 + random.nextInt(50)),
                0,
                List.of()))
        .toList();
  }

  /// A model whose relay has failed asks for as many tokens as it was served with.
  @Property(tries = 1000)
  void whatWasDividedOnceIsDividedAgain(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> names = List.of("a", "b", "c");
    List<Placement.Room> rooms = rooms(names, random);
    PoolSize size =
        random.nextBoolean() ? HALF : new PoolSize(50_000 + random.nextInt(500_000), 0, 0);
    int layers = 2 + random.nextInt(12);
    int least = 2 + random.nextInt(CONTEXT - 2);
    Division division = new Division(size);
    Optional<Division.Divided> once =
        division.divide(demand(layers, Set.copyOf(names), least), rooms);
    if (once.isPresent()) {
      int longest = once.get().longestTokens();
      assertThat(division.divide(demand(layers, Set.copyOf(names), longest), rooms))
          .as("%s tokens, %s", longest, size)
          .hasValueSatisfying(
              again -> assertThat(again.longestTokens()).isGreaterThanOrEqualTo(longest));
    }
  }

  /// Whatever the sizes, also of the parts of a pool: every part fits its device, all segments are
  /// there once, and the longest sequence fits the pool as it would be cut.
  @Property(tries = 300)
  void whatIsDividedFits(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(List.of("a", "b", "c"));
    Collections.shuffle(names, random);
    List<Placement.Room> rooms = rooms(names, random);
    Division.Demand demand =
        demand(2 + random.nextInt(12), Set.copyOf(names), 2 + random.nextInt(CONTEXT - 2));
    Optional<Division.Divided> found = new Division(HALF).divide(demand, rooms);
    if (found.isEmpty()) {
      return;
    }
    Division.Divided divided = found.get();
    int from = 0;
    for (Division.Part part : divided.parts()) {
      assertThat(part.ends()).isGreaterThan(from);
      assertThat(part.size().weightBytes()).isEqualTo(1000L * (part.ends() - from));
      long budget = rooms.get(names.indexOf(part.device())).budgetBytes();
      assertThat(part.bytes()).isLessThanOrEqualTo(budget);
      from = part.ends();
    }
    assertThat(from).isEqualTo(demand.segments().size());
    assertThat(divided.parts().size()).isGreaterThan(1);
    assertThat(divided.longestTokens()).isBetween(demand.leastTokens(), CONTEXT);
    var shape =
        SlabSizing.of(
            divided.parts().stream().map(Division.Part::bank).toList(), List.of(divided.plan()));
    assertThat(Footprint.peak(divided.plan(), divided.longestTokens(), CHUNK).fits(shape)).isTrue();
  }
}
