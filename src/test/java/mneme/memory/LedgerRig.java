package mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

/// A ledger with one hand on its controls, for tests that tell one story.
final class LedgerRig {
  static final int CHUNK = 8;

  final Ledger ledger;
  private long lastStep;
  private long nextOwner = 1;

  LedgerRig(int slabs, long slabBytes, MemoryPlan... plans) {
    this(new Ledger(new PoolShape(slabs, slabBytes), slabs * slabBytes), plans);
  }

  LedgerRig(Ledger ledger, MemoryPlan... plans) {
    this.ledger = ledger;
    for (MemoryPlan plan : plans) {
      ledger.register(plan, CHUNK);
    }
  }

  /// Tokens `seed, seed + 1, ...`, so that two seeds far apart share no prefix.
  static Tokens text(int seed, int length) {
    return Tokens.of(IntStream.range(seed, seed + length).toArray());
  }

  Opening open(int model, String tenant, Tokens prompt) {
    return ledger.open(new Claim(nextOwner++, tenant, model, prompt, 0));
  }

  Opening.Opened opened(int model, Tokens prompt) {
    return opened(model, "tenant", prompt);
  }

  Opening.Opened opened(int model, String tenant, Tokens prompt) {
    Opening opening = open(model, tenant, prompt);
    assertThat(opening).isInstanceOf(Opening.Opened.class);
    return (Opening.Opened) opening;
  }

  /// Grows to `end` one span at a time and lets each step end.
  void run(Lease lease, int start, int end) {
    for (int at = start; at < end; at = Math.min(end, at + CHUNK)) {
      assertThat(ledger.grow(lease, at, Math.min(end, at + CHUNK))).isEqualTo(Growth.GRANTED);
      step();
    }
  }

  List<Chore> step() {
    List<Chore> chores = start();
    end();
    return chores;
  }

  List<Chore> start() {
    List<Chore> chores = ledger.chores();
    ledger.stepStarted(++lastStep);
    ledger.audit();
    return chores;
  }

  void end() {
    ledger.stepEnded(lastStep);
    ledger.audit();
  }

  Usage usage() {
    return ledger.usage();
  }
}
