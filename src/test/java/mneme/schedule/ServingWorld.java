package mneme.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import mneme.memory.Chore;
import mneme.memory.Claim;
import mneme.memory.Growth;
import mneme.memory.Lease;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.Opening;
import mneme.memory.PoolShape;
import mneme.memory.ShadowDevice;
import mneme.memory.Tokens;

/// Admission, waiting line, turns, victims and ledger at work together, as an engine uses them,
/// over a device that runs one step behind and checks every byte that is read.
final class ServingWorld {
  private static final int CHUNK = 8;

  /// One request and how far it is.
  private static final class Seq {
    final long id;
    final String tenant;
    final int tenantNumber;
    final int[] tokens;
    final int prompt;
    Lease lease = new Lease(0, 0, 0);
    int position;
    int ran;
    int known;

    Seq(long id, int tenantNumber, int[] tokens, int prompt) {
      this.id = id;
      this.tenantNumber = tenantNumber;
      this.tenant = "tenant " + tenantNumber;
      this.tokens = tokens;
      this.prompt = prompt;
      this.known = prompt;
    }

    boolean isDone() {
      return known == tokens.length;
    }
  }

  private record Flight(Seq seq, Lease lease, int end) {}

  private final Random random;
  private final MemoryPlan plan;
  private final Ledger ledger;
  private final ShadowDevice device;
  private final Admission admission;
  private final WaitingLine line = new WaitingLine(4);
  private final BatchPolicy policy = new BatchPolicy(new BatchLimits(20, CHUNK, 8, 3, 4));
  private final Map<Long, Seq> all = new LinkedHashMap<>();
  private final Map<Long, Seq> running = new LinkedHashMap<>();
  private final List<List<Flight>> flights = new ArrayList<>();
  private long lastStep;
  private int idleSteps;
  int finished;
  int refused;
  int preemptions;

  ServingWorld(long seed, PoolShape shape, MemoryPlan plan, int contextTokens) {
    random = new Random(seed);
    this.plan = plan;
    ledger = new Ledger(shape, shape.bytes() / 4);
    ledger.register(plan, CHUNK);
    device = new ShadowDevice(shape);
    admission = new Admission(plan, shape, CHUNK, contextTokens);
  }

  void arrive(int promptTokens, int newTokens) {
    switch (admission.judge(promptTokens, newTokens)) {
      case Admission.Possible possible -> {
        assertThat(possible.sentence()).contains(String.valueOf(possible.peakBytes()));
        long id = all.size() + 1;
        int tenant = 1 + random.nextInt(3);
        int[] tokens = random.ints(possible.tokens(), 0, 2).toArray();
        Seq seq = new Seq(id, tenant, tokens, promptTokens);
        all.put(id, seq);
        line.add(new WaitingLine.Waiter(id, seq.tenant, id));
      }
      case Admission.NeverFits never -> {
        assertThat(never.longestTokens()).isLessThan(never.tokens());
        refused++;
      }
      case Admission.TooLong _ -> refused++;
    }
  }

  /// Runs until everyone has finished; fails if nothing moves.
  void finish() {
    for (int round = 0; finished < all.size(); round++) {
      assertThat(round)
          .as("rounds for %d sequences", all.size())
          .isLessThan(4000 + 400 * all.size());
      round();
    }
    while (device.queued() > 0) {
      land();
    }
    assertThat(running).isEmpty();
    assertThat(line.size()).isZero();
    assertThat(ledger.usage().leasedBytes()).isZero();
    ledger.audit();
  }

  void round() {
    admit();
    step();
    if (device.queued() > 1 || device.queued() > 0 && random.nextInt(3) == 0) {
      land();
    }
    ledger.audit();
  }

  private void admit() {
    boolean hasEntered = true;
    while (hasEntered) {
      hasEntered = line.candidates().stream().anyMatch(this::enter);
    }
  }

  private boolean enter(WaitingLine.Waiter waiter) {
    Seq seq = all.get(waiter.sequence());
    Tokens tokens = Tokens.of(Arrays.copyOf(seq.tokens, seq.known));
    int promised = Math.min(seq.known + 1, seq.tokens.length);
    Opening opening = ledger.open(new Claim(seq.id, seq.tenant, 0, tokens, promised));
    if (!(opening instanceof Opening.Opened(Lease lease, int reused, String _))) {
      return false;
    }
    seq.lease = lease;
    seq.position = reused;
    seq.ran = reused;
    running.put(seq.id, seq);
    policy.join(seq.id, seq.tenant, reused, seq.known);
    line.entered(waiter);
    return true;
  }

  private void step() {
    Map<Long, Turn> granted = new LinkedHashMap<>();
    for (Turn turn : policy.next()) {
      Seq seq = running.get(turn.sequence());
      if (seq != null && grow(seq, turn, granted)) {
        granted.put(turn.sequence(), turn);
      } else if (seq != null) {
        policy.putBack(turn);
      }
    }
    boolean isStuck = granted.isEmpty() && device.queued() == 0 && finished < all.size();
    idleSteps = isStuck ? idleSteps + 1 : 0;
    assertThat(idleSteps).as("steps in which nobody could run").isLessThan(3);
    if (granted.isEmpty()) {
      drain();
      return;
    }
    submit(granted);
  }

  private void submit(Map<Long, Turn> granted) {
    List<ShadowDevice.Span> spans = new ArrayList<>();
    List<Flight> flight = new ArrayList<>();
    for (Turn turn : granted.values()) {
      Seq seq = running.get(turn.sequence());
      spans.add(
          new ShadowDevice.Span(
              plan,
              seq.tenantNumber,
              seq.tokens,
              turn.start(),
              turn.end(),
              ledger.view(seq.lease)));
      seq.position = turn.end();
      flight.add(new Flight(seq, seq.lease, turn.end()));
    }
    List<Chore> chores = ledger.chores();
    ledger.stepStarted(++lastStep);
    device.submit(lastStep, chores, spans);
    flights.add(flight);
  }

  private boolean grow(Seq seq, Turn turn, Map<Long, Turn> granted) {
    while (true) {
      Growth growth = ledger.grow(seq.lease, turn.start(), turn.end());
      if (!(growth instanceof Growth.Short(var shortage))) {
        return true;
      }
      if (shortage.passesByItself()) {
        return false;
      }
      Optional<Victims.Running> victim = Victims.choose(candidates(), seq.id);
      if (victim.isEmpty()) {
        long oldest = running.keySet().stream().mapToLong(id -> id).min().orElseThrow();
        assertThat(seq.id).as("the oldest never needs more than there is").isNotEqualTo(oldest);
        return false;
      }
      preempt(running.get(victim.get().sequence()), granted);
    }
  }

  private List<Victims.Running> candidates() {
    return running.values().stream()
        .map(seq -> {
          Ledger.AtRisk risk = ledger.atRisk(seq.lease);
          return new Victims.Running(seq.id, seq.id, false, risk.tokens(), risk.bytes());
        })
        .toList();
  }

  private void preempt(Seq victim, Map<Long, Turn> granted) {
    preemptions++;
    granted.remove(victim.id);
    leave(victim);
    line.addPreempted(new WaitingLine.Waiter(victim.id, victim.tenant, victim.id));
  }

  private void leave(Seq seq) {
    running.remove(seq.id);
    policy.leave(seq.id);
    ledger.retire(seq.lease, Tokens.of(Arrays.copyOf(seq.tokens, seq.ran)));
  }

  private void drain() {
    while (device.queued() > 0) {
      land();
    }
  }

  private void land() {
    ledger.stepEnded(device.run());
    for (Flight flight : flights.removeFirst()) {
      Seq seq = flight.seq();
      if (!flight.lease().equals(seq.lease) || !running.containsKey(seq.id)) {
        continue;
      }
      seq.ran = flight.end();
      if (seq.ran == seq.known) {
        seq.known++;
        if (seq.isDone()) {
          leave(seq);
          finished++;
        } else {
          policy.decode(seq.id, seq.ran);
        }
      }
    }
  }
}
