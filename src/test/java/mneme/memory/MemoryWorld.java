package mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Sequences of several models and tenants that live at random in one ledger, over a device that
/// runs behind. After every action the books are audited.
final class MemoryWorld {
  private static final int CHUNK = 6;
  private static final int ALPHABET = 2;

  private final Random random;
  private final Ledger ledger;
  private final ShadowDevice device;
  private final List<MemoryPlan> plans;
  private final List<Seq> alive = new ArrayList<>();
  private final int longest;
  private long lastStep;
  private long nextOwner = 1;
  int granted;
  int reused;
  int moved;

  /// One sequence: what it will say is fixed from the start, as if sampled.
  private static final class Seq {
    final int tenant;
    final int model;
    final int[] tokens;
    Lease lease;

    /// End of the last span handed to the device.
    int handed;

    /// By step: where the span ends that it carries.
    final Map<Long, Integer> underWay = new HashMap<>();

    /// Tokens whose steps have ended.
    int ran;

    /// Whether a span was granted and not handed over.
    boolean isAhead;

    /// Whether another relies on what is under way of it, because one was forked from the other.
    boolean isBound;

    Seq(int tenant, int model, int[] tokens, Lease lease, int reused) {
      this.tenant = tenant;
      this.model = model;
      this.tokens = tokens;
      this.lease = lease;
      this.handed = reused;
      this.ran = reused;
    }
  }

  MemoryWorld(long seed, PoolShape shape, List<MemoryPlan> plans, int longest) {
    this.random = new Random(seed);
    this.plans = plans;
    this.longest = longest;
    ledger = new Ledger(shape, shape.bytes() / 3);
    plans.forEach(plan -> ledger.register(plan, CHUNK));
    device = new ShadowDevice(shape);
  }

  Ledger ledger() {
    return ledger;
  }

  void act() {
    switch (random.nextInt(17)) {
      case 0, 1 -> open();
      case 2, 3, 4, 5, 6 -> step();
      case 7, 8, 9 -> runOldest();
      case 10 -> with(this::publish);
      case 11 -> with(this::checkpoint);
      case 12 -> with(this::fork);
      case 13 -> with(this::rewind);
      case 14 -> with(this::retire);
      case 15 -> with(this::halt);
      default -> with(this::kill);
    }
    ledger.audit();
    usageAddsUp();
  }

  /// Ends everything; what is then not free is cached.
  void end() {
    while (device.queued() > 0) {
      runOldest();
    }
    while (!alive.isEmpty()) {
      kill(alive.getFirst());
    }
    ledger.audit();
    Usage usage = ledger.usage();
    assertThat(usage.leasedBytes() + usage.restingBytes()).isZero();
    assertThat(usage.freeBytes() + usage.cachedBytes()).isEqualTo(usage.totalBytes());
  }

  private void usageAddsUp() {
    Usage usage = ledger.usage();
    assertThat(usage.freeBytes()).isNotNegative();
    assertThat(usage.freeBytes() + usage.leasedBytes() + usage.restingBytes() + usage.cachedBytes())
        .isEqualTo(usage.totalBytes());
  }

  private void with(java.util.function.Consumer<Seq> action) {
    if (!alive.isEmpty()) {
      action.accept(alive.get(random.nextInt(alive.size())));
    }
  }

  private void open() {
    int tenant = 1 + random.nextInt(2);
    int model = random.nextInt(plans.size());
    int[] tokens = random.ints(longest, 0, ALPHABET).toArray();
    open(tenant, model, tokens, 1 + random.nextInt(longest - 1));
  }

  private void open(int tenant, int model, int[] tokens, int prompt) {
    Claim claim =
        new Claim(
            nextOwner++,
            "tenant " + tenant,
            model,
            Tokens.of(Arrays.copyOf(tokens, prompt)),
            random.nextBoolean() ? prompt + 1 : 0);
    Opening opening = ledger.open(claim);
    if (opening instanceof Opening.Short(Shortage shortage) && shortage.passesByItself()) {
      drain();
      opening = ledger.open(claim);
      assertThat(opening).isInstanceOf(Opening.Opened.class);
    }
    if (opening instanceof Opening.Opened(Lease lease, int known, String note)) {
      assertThat(known).isLessThan(prompt);
      assertThat(note).isNotBlank();
      reused += known;
      alive.add(new Seq(tenant, model, tokens, lease, known));
    }
  }

  private void step() {
    List<Seq> chosen = new ArrayList<>();
    for (Seq seq : alive) {
      if (seq.handed < longest && random.nextBoolean() && grow(seq)) {
        chosen.add(seq);
      }
    }
    // A span that was granted may still be left out of the step.
    chosen.removeIf(seq -> random.nextInt(10) == 0);
    List<ShadowDevice.Span> spans = new ArrayList<>();
    for (Seq seq : chosen) {
      spans.add(span(seq));
    }
    List<Chore> chores = ledger.chores();
    moved += chores.size();
    ledger.stepStarted(++lastStep);
    device.submit(lastStep, chores, spans);
    if (device.queued() > 2) {
      runOldest();
    }
  }

  private ShadowDevice.Span span(Seq seq) {
    int start = seq.handed;
    seq.handed = nextEnd(seq);
    seq.underWay.put(lastStep + 1, seq.handed);
    seq.isAhead = false;
    return new ShadowDevice.Span(
        plans.get(seq.model), seq.tenant, seq.tokens, start, seq.handed, ledger.view(seq.lease));
  }

  /// On the chunk grid, so that a repeated grant is for the same span.
  private int nextEnd(Seq seq) {
    return Math.min(
        longest,
        (seq.handed / CHUNK + 1) * CHUNK
            - (seq.tokens[seq.handed] == 0 ? 0 : CHUNK - seq.handed % CHUNK - 1));
  }

  private boolean grow(Seq seq) {
    Growth growth = ledger.grow(seq.lease, seq.handed, nextEnd(seq));
    if (growth instanceof Growth.Short(Shortage shortage)) {
      if (shortage.passesByItself()) {
        drain();
        growth = ledger.grow(seq.lease, seq.handed, nextEnd(seq));
        assertThat(growth).isEqualTo(Growth.GRANTED);
      } else {
        assertThat(shortage.missingBytes()).isPositive();
      }
    }
    seq.isAhead |= growth == Growth.GRANTED;
    granted += growth == Growth.GRANTED ? 1 : 0;
    return growth == Growth.GRANTED;
  }

  private void drain() {
    while (device.queued() > 0) {
      runOldest();
    }
  }

  private void runOldest() {
    if (device.queued() == 0) {
      return;
    }
    long ended = device.run();
    ledger.stepEnded(ended);
    for (Seq seq : alive) {
      Integer end = seq.underWay.remove(ended);
      seq.ran = end == null ? seq.ran : end;
    }
  }

  private Tokens computed(Seq seq) {
    return Tokens.of(Arrays.copyOf(seq.tokens, seq.ran));
  }

  private void publish(Seq seq) {
    ledger.publish(seq.lease, computed(seq));
  }

  private void checkpoint(Seq seq) {
    if (!seq.isAhead) {
      ledger.checkpoint(seq.lease);
    }
  }

  private void fork(Seq seq) {
    if (seq.isAhead) {
      return;
    }
    int[] tokens = random.ints(longest, 0, ALPHABET).toArray();
    System.arraycopy(seq.tokens, 0, tokens, 0, seq.handed);
    Opening opening = ledger.fork(seq.lease, nextOwner++, random.nextBoolean() ? longest : 0);
    if (opening instanceof Opening.Opened(Lease lease, int known, String _)) {
      assertThat(known).isEqualTo(seq.handed);
      Seq child = new Seq(seq.tenant, seq.model, tokens, lease, known);
      child.ran = seq.ran;
      child.underWay.putAll(seq.underWay);
      child.isBound = true;
      seq.isBound = true;
      alive.add(child);
    }
  }

  private void rewind(Seq seq) {
    retire(seq);
    int kept = random.nextInt(seq.ran + 1);
    int[] tokens = random.ints(longest, 0, ALPHABET).toArray();
    System.arraycopy(seq.tokens, 0, tokens, 0, kept);
    open(seq.tenant, seq.model, tokens, Math.min(longest, kept + 1));
  }

  private void retire(Seq seq) {
    assertThat(ledger.retire(seq.lease, computed(seq))).isTrue();
    gone(seq);
  }

  /// The sequence ends with what has run; the device skips what is under way of it.
  private void halt(Seq seq) {
    if (!seq.isBound) {
      device.skip(seq.tokens);
      ledger.halt(seq.lease, seq.ran);
      retire(seq);
    }
  }

  private void kill(Seq seq) {
    assertThat(random.nextBoolean() ? ledger.release(seq.lease) : ledger.discard(seq.lease))
        .isTrue();
    gone(seq);
  }

  private void gone(Seq seq) {
    alive.remove(seq);
    assertThat(ledger.isCurrent(seq.lease)).isFalse();
    assertThat(ledger.release(seq.lease)).isFalse();
    assertThat(ledger.grow(seq.lease, 0, 1)).isInstanceOf(Growth.Stale.class);
  }

  @Nullable Lease anyLease() {
    return alive.isEmpty() ? null : alive.getFirst().lease;
  }
}
