package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchPolicyTest {
  private static final BatchLimits LIMITS = new BatchLimits(24, 8, 16, 3, 4);

  private final BatchPolicy policy = new BatchPolicy(LIMITS);

  @Test
  void prefillIsCutAtAbsoluteMultiplesOfTheChunk() {
    policy.join(1, "a", 3, 21);
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      turns.addAll(policy.next());
    }
    assertThat(turns)
        .containsExactly(
            new Turn(1, 3, 8, true), new Turn(1, 8, 16, true), new Turn(1, 16, 21, true));
  }

  @Test
  void aDecodeRunsWhenItsTokenIsKnownAndOnlyThen() {
    policy.join(1, "a", 0, 5);
    assertThat(policy.next()).containsExactly(new Turn(1, 0, 5, true));
    assertThat(policy.next()).isEmpty();
    policy.decode(1, 5);
    assertThat(policy.next()).containsExactly(new Turn(1, 5, 6, false));
    assertThat(policy.next()).isEmpty();
  }

  @Test
  void whoHasLeftGetsNoTurn() {
    policy.join(1, "a", 0, 5);
    policy.join(2, "a", 0, 5);
    policy.next();
    policy.decode(1, 5);
    policy.leave(1);
    policy.decode(2, 5);
    policy.leave(1);
    policy.decode(1, 5);
    assertThat(policy.next()).containsExactly(new Turn(2, 5, 6, false));
  }

  @Test
  void aTurnThatCouldNotBeTakenComesFirstNextTime() {
    policy.join(1, "a", 0, 21);
    policy.join(2, "b", 0, 5);
    Turn turn = policy.next().getFirst();
    policy.putBack(turn);
    assertThat(policy.next()).contains(turn);
  }

  @Test
  void aBudgetWithoutRoomBesideAChunkIsRefusedWithTheNumbers() {
    assertThatThrownBy(() -> new BatchLimits(8, 8, 16, 3, 4))
        .hasMessageContaining("8 tokens")
        .hasMessageContaining("raise the step's budget");
  }

  @Test
  void tenantsShareEvenlyHoweverManySequencesEachHas() {
    for (int i = 0; i < 60; i++) {
      policy.join(i, i < 50 ? "crowd" : "few", 0, 1 + i % 3);
    }
    Map<Boolean, Integer> served = new HashMap<>();
    Map<Long, Integer> positions = new HashMap<>();
    for (int step = 0; step < 400; step++) {
      for (Turn turn : policy.next()) {
        if (step > 100) {
          served.merge(turn.sequence() < 50, turn.tokens(), Integer::sum);
        }
        positions.put(turn.sequence(), turn.end());
        policy.decode(turn.sequence(), turn.end());
      }
    }
    // Ten sequences of "few" cannot take more than ten rows a step; they get eight of sixteen.
    assertThat((double) served.get(false) / served.get(true)).isBetween(0.9, 1.1);
    assertThat(positions).hasSize(60);
  }

  @Test
  void aShortPromptPassesALongOneButOnlySoOften() {
    policy.join(0, "a", 0, 4000);
    int turnsOfLong = 0;
    long next = 1;
    for (int step = 0; step < 200; step++) {
      for (int i = 0; i < 3; i++) {
        policy.join(next++, "a", 0, 8);
      }
      turnsOfLong += (int) policy.next().stream().filter(turn -> turn.sequence() == 0).count();
    }
    assertThat(turnsOfLong).isGreaterThan(150);
  }

  /// Sequences come, run, leave and come back at random; device and memory always say yes.
  @Property(tries = 200)
  void nobodyWaitsForLongWhateverComes(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int crowd) {
    Random random = new Random(seed);
    BatchPolicy policy = new BatchPolicy(LIMITS);
    Map<Long, Integer> waitingSince = new HashMap<>();
    Map<Long, Integer> promptTokens = new HashMap<>();
    Map<Long, Integer> reached = new HashMap<>();
    int longest = 0;
    long next = 0;
    for (int step = 0; step < 400; step++) {
      while (promptTokens.size() < crowd && random.nextInt(3) > 0) {
        int prompt = 1 + random.nextInt(random.nextInt(4) == 0 ? 100 : 10);
        policy.join(next, "tenant " + random.nextInt(3), 0, prompt);
        promptTokens.put(next, prompt);
        waitingSince.put(next++, step);
      }
      List<Turn> turns = policy.next();
      assertThat(turns.stream().mapToInt(Turn::tokens).sum()).isLessThanOrEqualTo(24);
      assertThat(turns).hasSizeLessThanOrEqualTo(16);
      assertThat(turns.stream().map(Turn::sequence).distinct().count()).isEqualTo(turns.size());
      assertThat(turns.isEmpty()).isEqualTo(promptTokens.isEmpty());
      for (Turn turn : turns) {
        long id = turn.sequence();
        longest = Math.max(longest, step - waitingSince.get(id));
        waitingSince.put(id, step);
        assertThat(turn.start()).isEqualTo(reached.getOrDefault(id, 0));
        assertThat(turn.isPrefill()).isEqualTo(turn.start() < promptTokens.get(id));
        assertThat(turn.isPrefill() || turn.tokens() == 1).isTrue();
        reached.put(id, turn.end());
        if (turn.end() >= promptTokens.get(id) && random.nextInt(20) == 0) {
          policy.leave(id);
          promptTokens.remove(id);
          waitingSince.remove(id);
        } else if (turn.end() >= promptTokens.get(id)) {
          policy.decode(id, turn.end());
        }
      }
    }
    for (long id : waitingSince.keySet()) {
      longest = Math.max(longest, 400 - waitingSince.get(id));
    }
    // Prefill gets a chunk at least every fourth step, the oldest prompt of a tenant every fifth of
    // those, and three tenants share: 60 steps for each prompt that came before.
    assertThat(longest).isLessThanOrEqualTo(60 * Math.max(1, crowd / 4));
  }
}
