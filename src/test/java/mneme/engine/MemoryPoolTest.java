package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;
import mneme.memory.Tokens;
import mneme.schedule.Admission;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who waits at a pool asks once; a crash of the pool must not lose the question.
class MemoryPoolTest {
  private static final int CHUNK_TOKENS = 8;
  private static final int CONTEXT_TOKENS = 64;
  private static final long POOL_BYTES = 1 << 16;
  private static final MemoryPlan SMALL = plan(96);

  /// Its states are too large for slabs that are cut for the other.
  private static final MemoryPlan LARGE = plan(1 << 12);

  /// Grows with every page of tokens.
  private static final MemoryPlan ATTENTION =
      MemoryPlan.of(
          List.of(new MemoryNeed.Kv(1, 16, 16, 0)), KvEncoding.both(Encoding.F32), CHUNK_TOKENS);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<Worker.Command> worker = kit.createTestProbe(Worker.Command.class);
  private final TestProbe<ModelHost.Command> host = kit.createTestProbe(ModelHost.Command.class);
  private final TestProbe<Scheduler.Command> scheduler =
      kit.createTestProbe(Scheduler.Command.class);
  private final TestProbe<MemoryPool.Registration> answers =
      kit.createTestProbe(MemoryPool.Registration.class);
  private final ActorRef<MemoryPool.Command> pool =
      kit.spawn(MemoryPool.create(new Vault(0.25, CHUNK_TOKENS, 100)));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void whoWaitsForTheDeviceOutlivesACrash() {
    crash();
    register(1, SMALL);
    crash();
    register(2, SMALL);
    open(1, SMALL);
    worker.expectMessage(Worker.Reset.NOW);
    open(2, SMALL);
    assertRegistered(1);
    worker.expectMessage(Worker.Reset.NOW);
    open(3, SMALL);
    assertRegistered(2);
  }

  @Test
  void whoWaitsForAnotherCutOutlivesACrash() {
    TestProbe<Sequence.Command> owner = kit.createTestProbe(Sequence.Command.class);
    open(1, SMALL);
    register(1, SMALL);
    assertRegistered(1);
    pool.tell(
        new MemoryPool.Reserve(
            1, 1, "tenant", Tokens.of(1, 2, 3), CONTEXT_TOKENS, true, owner.ref()));
    owner.expectMessageClass(Sequence.Granted.class);
    register(2, LARGE);
    worker.expectMessage(Worker.Reset.NOW);
    crash();
    worker.expectMessage(Worker.Reset.NOW);
    open(2, SMALL, LARGE);
    assertRegistered(2);
  }

  @Test
  void whoOutgrowsThePoolAloneIsToldOnceItsStepsHaveEnded() {
    TestProbe<Sequence.Command> owner = kit.createTestProbe(Sequence.Command.class);
    open(1, ATTENTION);
    register(1, ATTENTION);
    assertRegistered(1);
    int fits = (int) (POOL_BYTES / ATTENTION.groups().getFirst().pageBytes()) * CHUNK_TOKENS;
    Tokens known = Tokens.of(IntStream.range(0, fits - 1).toArray());
    pool.tell(new MemoryPool.Reserve(1, 1, "tenant", known, 2 * fits, true, owner.ref()));
    long lease = owner.expectMessageClass(Sequence.Granted.class).lease();
    equip(1, new Slice(1, lease, 0, fits - 1, true));
    equip(2, new Slice(1, lease, fits - 1, 1, true));
    equip(3, new Slice(1, lease, fits, 1, true));
    end(1, lease, fits - 1);
    owner.expectMessage(new Sequence.Supplied(lease));
    equip(4, new Slice(1, lease, fits, 1, true));
    end(2, lease, fits);
    owner.expectMessage(new Sequence.Supplied(lease));
    equip(5, new Slice(1, lease, fits, 1, true));
    owner.expectMessage(new Sequence.Yield(lease, fits));
    pool.tell(new MemoryPool.Retire(lease, Optional.of(known)));
    Tokens all = Tokens.of(IntStream.range(0, fits + 1).toArray());
    pool.tell(new MemoryPool.Reserve(1, 1, "tenant", all, 2 * fits, false, owner.ref()));
    owner.expectMessageClass(Sequence.Outgrown.class);
  }

  @Test
  void aHostHearsWhatFitsAPoolThatIsCutAnew() {
    open(1, ATTENTION);
    register(1, ATTENTION);
    assertRegistered(1);
    register(2, LARGE);
    assertRegistered(2);
    ModelHost.Recut first = host.expectMessageClass(ModelHost.Recut.class);
    ModelHost.Recut second = host.expectMessageClass(ModelHost.Recut.class);
    assertThat(List.of(first.model(), second.model())).containsExactly(1, 2);
    Admission fresh =
        new Admission(
            ATTENTION,
            SlabSizing.of(List.of(PoolSpace.whole(POOL_BYTES)), List.of(ATTENTION, LARGE)),
            CHUNK_TOKENS,
            CONTEXT_TOKENS);
    assertThat(first.admission().judge(8, 8)).isEqualTo(fresh.judge(8, 8));
    crash();
    worker.expectMessage(Worker.Reset.NOW);
    open(2, ATTENTION, LARGE);
    host.expectMessageClass(ModelHost.Recut.class);
  }

  private void end(long step, long lease, int index) {
    Event.Token token = new Event.Token(7, 0, List.of());
    pool.tell(new MemoryPool.StepEnded(step, 1, List.of(new Outcome.Drawn(lease, index, token))));
  }

  private void equip(long number, Slice slice) {
    pool.tell(new MemoryPool.Equip(new Plan(number, 1, List.of(slice), scheduler.ref())));
  }

  private static MemoryPlan plan(int stateFloats) {
    return MemoryPlan.of(
        List.of(new MemoryNeed.State(stateFloats)), KvEncoding.both(Encoding.F32), CHUNK_TOKENS);
  }

  private void crash() {
    pool.tell(new MemoryPool.Register(0, null, null));
  }

  private void register(int model, MemoryPlan plan) {
    Vault.Entry entry = new Vault.Entry(plan, CHUNK_TOKENS, CONTEXT_TOKENS, Set.of(), host.ref());
    pool.tell(new MemoryPool.Register(model, entry, answers.ref()));
  }

  private void open(long epoch, MemoryPlan... plans) {
    pool.tell(
        new MemoryPool.DeviceReady(
            epoch, List.of(PoolSpace.whole(POOL_BYTES)), List.of(plans), worker.ref()));
  }

  private void assertRegistered(int model) {
    assertThat(answers.receiveMessage())
        .isInstanceOfSatisfying(
            MemoryPool.Registered.class,
            registered -> assertThat(registered.model()).isEqualTo(model));
  }
}
