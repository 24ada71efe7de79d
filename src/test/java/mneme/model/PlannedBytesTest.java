package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.memory.Claim;
import mneme.memory.Growth;
import mneme.memory.KvEncoding;
import mneme.memory.Lease;
import mneme.memory.LeaseView;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.Opening;
import mneme.memory.PoolShape;
import mneme.memory.SlabSizing;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.schedule.WhatIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What is said beforehand of every architecture is what the ledger counts: bytes by kind at every
/// length, and how many sequences there is room for.
class PlannedBytesTest {
  private static final int CHUNK = 24;
  private static final int LONGEST = 200;

  /// A ledger of one model, and leases that grow step by step.
  private static final class Pool {
    final Ledger ledger;
    final MemoryPlan plan;
    final WhatIf whatIf;
    private long steps;

    Pool(MemoryPlan plan, PoolShape shape) {
      this.plan = plan;
      whatIf = new WhatIf(plan, shape, CHUNK);
      ledger = new Ledger(shape, 0);
      ledger.register(plan, CHUNK);
    }

    Pool(MemoryPlan plan) {
      this(plan, SlabSizing.of(4 * plan.peakBytes(LONGEST, CHUNK), List.of(plan)));
    }

    Opening open(int number, int tokens) {
      Tokens prompt = Tokens.of(new int[tokens]);
      return ledger.open(new Claim(number, "tenant " + number, 0, prompt, tokens));
    }

    Lease opened() {
      Opening opening = open(0, 1);
      assertThat(opening).isInstanceOf(Opening.Opened.class);
      return ((Opening.Opened) opening).lease();
    }

    void grow(Lease lease, int from, int to) {
      assertThat(ledger.grow(lease, from, to)).isEqualTo(Growth.GRANTED);
      ledger.chores();
      ledger.stepStarted(++steps);
      ledger.stepEnded(steps);
    }

    /// Pages of a group that the lease has an address for.
    long pages(LeaseView view, int group, int tokens) {
      long found = 0;
      for (int page = 0; page * plan.pageTokens() < tokens; page++) {
        found += has(view, group, page) ? 1 : 0;
      }
      return found;
    }

    private static boolean has(LeaseView view, int group, int page) {
      try {
        return view.page(group, page) >= 0;
      } catch (IndexOutOfBoundsException _) {
        return false;
      }
    }
  }

  private static MemoryPlan plan(ModelFile file, KvEncoding encoding, int pageTokens) {
    return MemoryPlan.of(Architectures.graph(file, 4096).needs(), encoding, pageTokens);
  }

  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void aSequenceHoldsThePlannedBytesAtEveryLength(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      atEveryLength(plan(file, KvEncoding.both(Encoding.F16), 16));
      atEveryLength(plan(file, KvEncoding.both(Encoding.Q8_0), 8));
      atEveryLength(plan(file, new KvEncoding(Encoding.BF16, Encoding.F32), 1));
    }
  }

  private static void atEveryLength(MemoryPlan plan) {
    Pool pool = new Pool(plan);
    Lease lease = pool.opened();
    for (int tokens = 1; tokens <= LONGEST; tokens++) {
      pool.grow(lease, tokens - 1, tokens);
      holds(pool, lease, tokens);
    }
    assertThat(pool.ledger.release(lease)).isTrue();
    assertThat(pool.ledger.usage().leasedBytes()).isZero();
  }

  private static void holds(Pool pool, Lease lease, int tokens) {
    WhatIf.Row planned = pool.whatIf.row(tokens);
    LeaseView view = pool.ledger.view(lease);
    for (int group = 0; group < pool.plan.groups().size(); group++) {
      long counted = pool.pages(view, group, tokens) * pool.plan.groups().get(group).pageBytes();
      assertThat(counted)
          .as("group %d at %d tokens", group, tokens)
          .isEqualTo(planned.pageBytes().get(group));
    }
    Usage usage = pool.ledger.usage();
    assertThat(usage.pageBytes())
        .as("pages at %d tokens", tokens)
        .isEqualTo(planned.bytes() - planned.stateBytes());
    assertThat(usage.stateBytes()).as("states").isEqualTo(planned.stateBytes());
  }

  /// While a chunk is read a window is wider; the peak that is said beforehand is never passed, and
  /// is reached at some place.
  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void aPromptNeverTakesMoreThanThePeak(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      MemoryPlan plan = plan(file, KvEncoding.both(Encoding.F16), 8);
      long most = 0;
      for (int first = 1; first <= CHUNK; first++) {
        Pool pool = new Pool(plan);
        Lease lease = pool.opened();
        for (int from = 0, to = first; from < LONGEST; from = to, to += CHUNK) {
          to = Math.min(to, LONGEST);
          pool.grow(lease, from, to);
          long leased = pool.ledger.usage().leasedBytes();
          assertThat(leased).isLessThanOrEqualTo(pool.whatIf.row(to).peakBytes());
          most = Math.max(most, leased);
        }
      }
      assertThat(most).isEqualTo(plan.peakBytes(LONGEST, CHUNK));
    }
  }

  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void asManyFitAsSaidAndNotOneMore(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      MemoryPlan plan = plan(file, KvEncoding.both(Encoding.F16), 16);
      int tokens = 70;
      long bytes = 7 * plan.peakBytes(tokens, CHUNK) + plan.peakBytes(tokens, CHUNK) / 2;
      Pool pool = new Pool(plan, SlabSizing.of(bytes, List.of(plan)));
      long said = pool.whatIf.row(tokens).sequences();
      assertThat(said).isPositive();
      List<Lease> leases = new ArrayList<>();
      for (int number = 0; number < said; number++) {
        Opening opening = pool.open(number, tokens);
        assertThat(opening).as("%d of %d", number, said).isInstanceOf(Opening.Opened.class);
        leases.add(((Opening.Opened) opening).lease());
      }
      assertThat(pool.open(-1, tokens)).isInstanceOf(Opening.Short.class);
      for (int from = 0; from < tokens; from += CHUNK) {
        for (Lease lease : leases) {
          pool.grow(lease, from, Math.min(tokens, from + CHUNK));
        }
      }
    }
  }

  /// At real sizes the plan is what the published sizes say, and the ledger counts the same.
  @ParameterizedTest
  @EnumSource
  void realShapesCostWhatTheirSizesSay(RealShapes shape, @TempDir Path folder) throws IOException {
    Path path = shape.forge().writeTo(folder.resolve("model.gguf"));
    assertThat(Files.size(path)).isGreaterThan(100L << 20);
    try (ModelFile file = ModelFiles.open(path)) {
      MemoryPlan plan = plan(file, KvEncoding.both(Encoding.F16), 32);
      Pool pool = new Pool(plan, SlabSizing.of(plan.peakBytes(4096, 64) * 2, List.of(plan)));
      Lease lease = pool.opened();
      int before = 0;
      for (int tokens : new int[] {1, 31, 32, 33, 511, 512, 513, 544, 1000, 2048, 4095, 4096}) {
        while (before < tokens) {
          int next = Math.min(tokens - 1, before + CHUNK);
          next = next <= before ? tokens : next;
          pool.grow(lease, before, next);
          before = next;
        }
        holds(pool, lease, tokens);
        List<Long> bySize = shape.pageBytes(tokens, 32);
        assertThat(pool.ledger.usage().pageBytes())
            .as("%d tokens", tokens)
            .isEqualTo(bySize.getFirst() + bySize.getLast());
        assertThat(pool.ledger.usage().stateBytes()).isEqualTo(shape.stateBytes());
      }
    }
  }
}
