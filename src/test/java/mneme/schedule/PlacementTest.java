package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.schedule.Placement.Chosen;
import mneme.schedule.Placement.Demand;
import mneme.schedule.Placement.Guest;
import mneme.schedule.Placement.Nowhere;
import mneme.schedule.Placement.Room;
import mneme.schedule.Placement.Size;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final long MIB = 1 << 20;

  /// 1 KiB a token: 1 MiB for a context of 1,024.
  private static final MemoryPlan PLAN =
      MemoryPlan.of(List.of(new MemoryNeed.Kv(1, 128, 128, 0)), KvEncoding.both(Encoding.F32), 16);

  private final Placement fixed = new Placement(new PoolSize(4 * MIB, 0, 0));
  private final Placement half = new Placement(new PoolSize(0, 0.5, 64 * MIB));

  private static Demand demand(long weightMib) {
    return demand(new Size(weightMib * MIB, MIB), 1024);
  }

  /// Of the same size on every device of the tests.
  private static Demand demand(Size size, int contextTokens) {
    Map<String, Size> sizes = new HashMap<>();
    List.of("a", "b", "c", "small", "large", "host").forEach(device -> sizes.put(device, size));
    return new Demand(sizes, PLAN, contextTokens, 2, 64);
  }

  private static Room room(String device, long mib, Guest... guests) {
    return new Room(
        device, mib * MIB, Long.MAX_VALUE, guests.length > 0 ? 4 * MIB : 0, List.of(guests));
  }

  private static Guest idle(long number, long mib, long idleNs, long loadNs) {
    return new Guest(number, mib * MIB, true, idleNs, loadNs);
  }

  private static Guest busy(long number, long mib) {
    return new Guest(number, mib * MIB, false, 0, 1);
  }

  @Test
  void theFirstThatHoldsItIsTakenToTheByte() {
    List<Room> rooms = List.of(room("small", 14), room("large", 15), room("host", 100));
    assertThat(fixed.choose(demand(10), rooms))
        .isInstanceOfSatisfying(
            Chosen.class, chosen -> assertThat(chosen.device()).isEqualTo("large"));
    assertThat(fixed.choose(demand(9), rooms))
        .isInstanceOfSatisfying(
            Chosen.class, chosen -> assertThat(chosen.device()).isEqualTo("small"));
  }

  private static Room measured(String device, long mib, double bytesPerSecond, Guest... guests) {
    Room room = room(device, mib, guests);
    return new Room(
        device,
        room.budgetBytes(),
        room.partBytes(),
        room.poolBytes(),
        room.guests(),
        bytesPerSecond);
  }

  private String chosen(long weightMib, Room... rooms) {
    return ((Chosen) fixed.choose(demand(weightMib), List.of(rooms))).device();
  }

  @Test
  void ofMeasuredDevicesTheFastestThatHoldsItIsTaken() {
    Room small = measured("small", 14, 9e11);
    Room fast = measured("b", 30, 5e11);
    Room slow = measured("a", 30, 2e10);
    assertThat(chosen(9, slow, fast, small)).isEqualTo("small");
    assertThat(chosen(10, slow, fast, small)).isEqualTo("b");
    assertThat(fixed.choose(demand(10), List.of(slow, fast, small)).sentence())
        .contains("on b: the fastest device (500.0 GB/s) that holds");
  }

  @Test
  void whatStandsWithoutASpeedKeepsItsPlace() {
    Room host = measured("host", 30, 2e10);
    Room card = measured("large", 30, 5e11);
    assertThat(chosen(9, room("a", 30), host, card)).isEqualTo("a");
    assertThat(chosen(9, host, card, room("a", 30))).isEqualTo("large");
    assertThat(chosen(9, room("a", 10), host, room("b", 30), card)).isEqualTo("large");
    assertThat(fixed.choose(demand(9), List.of(room("a", 30), card)).sentence())
        .contains("on a: the first device that holds");
  }

  @Test
  void theIdleLeaveTheFastestDeviceFirst() {
    Room slow = measured("a", 30, 2e10, idle(1, 25, 9, 9));
    Room fast = measured("b", 30, 5e11, idle(2, 25, 9, 9));
    assertThat(((Chosen) fixed.choose(demand(9), List.of(slow, fast))).leaving())
        .containsExactly(2L);
  }

  @Test
  void whatItTakesIsCountedOnEachDeviceByItself() {
    Demand demand =
        new Demand(
            Map.of("a", new Size(20 * MIB, 0), "b", new Size(10 * MIB, 0)), PLAN, 1024, 2, 64);
    assertThat(fixed.choose(demand, List.of(room("a", 20), room("b", 20))))
        .isInstanceOfSatisfying(Chosen.class, chosen -> assertThat(chosen.device()).isEqualTo("b"));
  }

  @Test
  void aPoolIsTheShareThatIsSetOrAsMuchAsOneSequenceNeeds() {
    assertThat(((Chosen) half.choose(demand(9), List.of(room("a", 20)))).poolBytes())
        .isEqualTo(5 * MIB);
    Chosen tight = (Chosen) half.choose(demand(9), List.of(room("a", 11)));
    assertThat(tight.poolBytes()).isEqualTo(MIB);
    assertThat(tight.sentence()).contains("1024 tokens", "budget is " + 11 * MIB);
  }

  @Test
  void whatIsFreeElsewhereIsTakenBeforeAnyoneLeaves() {
    List<Room> rooms =
        List.of(room("a", 30, idle(1, 20, 5, 5)), room("b", 30, busy(2, 20)), room("c", 30));
    Chosen chosen = (Chosen) fixed.choose(demand(9), rooms);
    assertThat(chosen.device()).isEqualTo("c");
    assertThat(chosen.leaving()).isEmpty();
  }

  @Test
  void ofTheIdleThoseLeaveThatAreWorthLeastForEachByteAndNoMoreThanNeeded() {
    Guest old = idle(1, 10, 1_000, 10);
    Guest slow = idle(2, 10, 1_000, 10_000);
    Guest fresh = idle(3, 10, 10, 10);
    Room room = room("a", 40, slow, old, fresh);
    assertThat(((Chosen) fixed.choose(demand(9), List.of(room))).leaving()).containsExactly(1L);
    assertThat(((Chosen) fixed.choose(demand(20), List.of(room))).leaving())
        .containsExactlyInAnyOrder(1L, 3L);
  }

  @Test
  void oneThatFreesEnoughLeavesAlone() {
    Guest small = idle(1, 2, 1_000, 1);
    Guest large = idle(2, 20, 10, 10);
    Chosen chosen = (Chosen) fixed.choose(demand(15), List.of(room("a", 30, small, large)));
    assertThat(chosen.leaving()).containsExactly(2L);
  }

  @Test
  void whoIsInUseStaysAndTheRefusalSaysTheNumbers() {
    Room room = room("a", 30, busy(1, 20), idle(2, 3, 9, 9));
    assertThat(fixed.choose(demand(9), List.of(room)))
        .isInstanceOfSatisfying(
            Nowhere.class,
            nowhere ->
                assertThat(nowhere.sentence())
                    .contains(
                        "a has " + 30 * MIB,
                        "in use take " + 20 * MIB,
                        "idle ones " + 3 * MIB,
                        "weights of " + 9 * MIB));
  }

  @Test
  void whereNoneHoldsAWholeContextTheOneThatHoldsMostIsTaken() {
    Placement tiny = new Placement(new PoolSize(0, 0.5, 64 * MIB));
    Demand demand = demand(new Size(9 * MIB, 0), 1 << 20);
    Chosen chosen = (Chosen) tiny.choose(demand, List.of(room("a", 10), room("b", 12)));
    assertThat(chosen.device()).isEqualTo("b");
    assertThat(chosen.poolBytes()).isEqualTo(3 * MIB);
    assertThat(chosen.sentence()).contains("no device holds 1048576 tokens");
  }

  @Test
  void aPoolMayBeLargerThanItsPartsAndIsCountedInsideThem() {
    Room room = new Room("a", 20 * MIB, MIB, 0, List.of());
    assertThat(((Chosen) half.choose(demand(9), List.of(room))).poolBytes()).isEqualTo(5 * MIB);
    // Pages of 16 KiB, one to a part of 24: 170 parts and a page that is left.
    Room wasteful = new Room("a", 20 * MIB, 24 << 10, 0, List.of());
    assertThat(fixed.choose(demand(new Size(0, 0), 4096), List.of(wasteful)).sentence())
        .contains("no device holds 4096 tokens", "and 2736 tokens in a pool of " + 4 * MIB);
  }

  @Test
  void aPoolWhosePartsHoldNoPageIsOfNoUse() {
    Room room = new Room("a", 20 * MIB, 8 << 10, 0, List.of());
    assertThat(fixed.choose(demand(9), List.of(room))).isInstanceOf(Nowhere.class);
    assertThat(half.choose(demand(9), List.of(room))).isInstanceOf(Nowhere.class);
  }
}
