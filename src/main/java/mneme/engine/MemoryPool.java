package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.jspecify.annotations.Nullable;

/// Lends the bytes of one device, or of the banks of a model that is split over several. A lease
/// ends when its owner gives it back or dies; every step passes through here to get its memory, so
/// no step can touch a lease that has ended.
public final class MemoryPool extends AbstractMatchingBehavior<MemoryPool.Command> {
  public sealed interface Command {}

  /// A wish for memory; queued by rank, which is the number of the sequence.
  ///
  /// @param model number of its memory plan at this pool
  /// @param known all tokens to read before the next is drawn
  /// @param lengthLimit longest the sequence can get
  /// @param isNew whether it never held memory; only the new can be refused for a full queue
  record Reserve(
      long sequence,
      int model,
      String tenant,
      Tokens known,
      int lengthLimit,
      boolean isNew,
      ActorRef<Sequence.Command> owner)
      implements Command {}

  /// Others continue from all that `lease` has read. Who finds no room now waits before all new
  /// ones.
  ///
  /// @param lease nothing may be read with it from its last finished step until this has been sent
  record Fork(long lease, List<Reserve> claims) implements Command {}

  /// Ends a lease. What was surely `computed` may serve others; empty: its bytes are not to be
  /// trusted.
  record Retire(long lease, Optional<Tokens> computed) implements Command {}

  /// Whether the lease is of use now; a paused one is the first to be taken back.
  record Pause(long lease, boolean paused) implements Command {}

  /// Memory for a step; answered with [Scheduler.Equipped].
  record Equip(Plan plan) implements Command {}

  /// From the worker: the step touches no memory any more.
  record StepEnded(long number, long epoch, List<Outcome> outcomes) implements Command {}

  /// From the worker: the device is open, and nothing of what was leased before is left.
  ///
  /// @param plans that it is to serve
  record DeviceReady(
      long epoch, List<PoolSpace> banks, List<MemoryPlan> plans, ActorRef<Worker.Command> worker)
      implements Command {
    DeviceReady {
      banks = List.copyOf(banks);
      plans = List.copyOf(plans);
    }

    long bytes() {
      return banks.stream().mapToLong(PoolSpace::bytes).sum();
    }
  }

  /// Makes a memory plan known.
  ///
  /// @param model a number that no other load has or will have
  record Register(int model, Vault.Entry entry, ActorRef<Registration> replyTo)
      implements Command {}

  /// The model has left this device, if it ever came: all bytes that are cached for it serve
  /// others.
  record Unregister(int model) implements Command {}

  private record OwnerGone(long sequence) implements Command {}

  record Inspect(ActorRef<Books> replyTo) implements Command {}

  /// Recounts every byte; answered with empty text if all is well.
  record Audit(ActorRef<String> replyTo) implements Command {}

  sealed interface Registration {}

  /// @param admission judges what fits the pool
  record Registered(int model, Admission admission) implements Registration {}

  /// The plan needs larger objects than this pool can hold.
  record NotRegistered(String reason) implements Registration {}

  /// @param shape how the pool is cut; empty while it is closed
  record Books(Usage usage, List<Traffic> models, Optional<PoolShape> shape) {
    static final Books CLOSED =
        new Books(new Usage(0, 0, 0, 0, 0, 0, 0), List.of(), Optional.empty());
  }

  /// Of one model: who waits now, and counts since it was registered.
  record Traffic(int model, int waiting, long cachedTokens, long preemptions) {}

  private final Vault vault;
  private final StashBuffer<Command> stash;
  private DeviceReady device;
  private final List<Register> postponed = new ArrayList<>();
  private Lending lending;
  private long steps;
  private @Nullable Plan equipping;

  /// What waits outlives a crash: one of those who waited may bring it about, and the others ask
  /// only once.
  static Behavior<Command> create(Vault vault) {
    return Behaviors.withStash(
        1_000_000,
        stash -> {
          Behavior<Command> closed = Contained.contain(Command.class, closed(vault, stash));
          return Behaviors.supervise(closed).onFailure(SupervisorStrategy.restart());
        });
  }

  /// Until the device is open everything waits, except questions.
  private static Behavior<Command> closed(Vault vault, StashBuffer<Command> stash) {
    return Behaviors.receiveMessage(command ->
        switch (command) {
          case DeviceReady ready ->
              stash.unstashAll(
                  Behaviors.setup(context -> new MemoryPool(context, vault, stash, ready)));
          case Inspect(var replyTo) -> {
            replyTo.tell(Books.CLOSED);
            yield Behaviors.same();
          }
          case Audit(var replyTo) -> {
            replyTo.tell("");
            yield Behaviors.same();
          }
          case Reserve _,
              Fork _,
              Retire _,
              Pause _,
              Equip _,
              StepEnded _,
              Register _,
              Unregister _,
              OwnerGone _ -> {
            stash.stash(command);
            yield Behaviors.same();
          }
        });
  }

  private MemoryPool(
      ActorContext<Command> context, Vault vault, StashBuffer<Command> stash, DeviceReady device) {
    super(context);
    this.vault = vault;
    this.stash = stash;
    this.device = device;
    lending = lending(device);
    vault.tellHosts(lending.ledger());
  }

  private Lending lending(DeviceReady ready) {
    return new Lending(
        vault.open(ready.banks(), ready.plans()), Station.firstLease(ready.epoch()), vault);
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Equip(var plan) -> onEquip(plan);
      case StepEnded ended -> onStepEnded(ended);
      case Reserve reserve -> onReserve(reserve);
      case Fork(var lease, var claims) -> onFork(lease, claims);
      case Retire(var lease, var computed) -> lending.tenures().end(lease, computed);
      case Pause(var lease, var paused) -> lending.tenures().pause(lease, paused);
      case OwnerGone(var sequence) -> lending.forget(sequence);
      case DeviceReady ready -> onDeviceReady(ready);
      case Register register -> onRegister(register);
      case Unregister(var model) -> lending.unregister(model);
      case Inspect(var replyTo) ->
          replyTo.tell(
              new Books(
                  lending.ledger().usage(),
                  lending.traffic(),
                  Optional.of(lending.ledger().shape())));
      case Audit(var replyTo) -> replyTo.tell(lending.audit());
    }
    if (mayBringMemory(command)) {
      settle();
    }
    lending.tenures().due().forEach(MemoryPool::askBack);
    return this;
  }

  private static boolean mayBringMemory(Command command) {
    return switch (command) {
      case StepEnded _, Reserve _, Retire _, Pause _, OwnerGone _, DeviceReady _, Unregister _ ->
          true;
      case Equip _, Fork _, Register _, Inspect _, Audit _ -> false;
    };
  }

  /// Whoever counts on this pool hears that nothing is left, and asks anew. Steps that are under
  /// way end before the worker gets to the reset.
  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PreRestart) {
      if (equipping != null) {
        equipping.scheduler().tell(new Scheduler.Equipped(equipping.number(), equipping.slices()));
      }
      revokeAll();
      postponed.forEach(stash::stash);
      device.worker().tell(Worker.Reset.NOW);
    }
    return this;
  }

  private void revokeAll() {
    for (Tenure tenure : lending.tenures().all()) {
      tenure.request.owner().tell(new Sequence.Revoked(tenure.number));
    }
    for (Reserve request : lending.waiting()) {
      request.owner().tell(new Sequence.Revoked(Sequence.NO_LEASE));
    }
  }

  private void onDeviceReady(DeviceReady ready) {
    revokeAll();
    device = ready;
    PoolShape before = lending.ledger().shape();
    lending = lending(ready);
    tellIfRecut(before);
    List<Register> registers = List.copyOf(postponed);
    postponed.clear();
    registers.forEach(this::onRegister);
  }

  private void onReserve(Reserve reserve) {
    if (reserve.isNew() && lending.waiting().size() >= vault.waitingLimit()) {
      reserve
          .owner()
          .tell(
              new Sequence.Refused(
                  Event.Failure.BUSY,
                  "%d requests wait for memory already; try again later"
                      .formatted(lending.waiting().size())));
      return;
    }
    queue(reserve);
  }

  private void queue(Reserve reserve) {
    lending.queue(reserve);
    getContext().watchWith(reserve.owner(), new OwnerGone(reserve.sequence()));
  }

  /// The line decides as for anyone else; only where the memory comes from differs.
  private void onFork(long lease, List<Reserve> claims) {
    lending.offer(lease, claims);
    claims.forEach(this::queue);
    settle();
    lending.endOffer();
  }

  /// A plan whose objects are larger than the pool's slabs has the pool cut anew, for which every
  /// lease is taken back.
  private void onRegister(Register register) {
    PoolShape before = lending.ledger().shape();
    Registration registration = vault.register(lending.ledger(), register);
    tellIfRecut(before);
    if (registration instanceof Registered || lending.tenures().isEmpty()) {
      register.replyTo().tell(registration);
    } else {
      postponed.add(register);
      device.worker().tell(Worker.Reset.NOW);
    }
  }

  private void tellIfRecut(PoolShape before) {
    if (!lending.ledger().shape().equals(before)) {
      vault.tellHosts(lending.ledger());
    }
  }

  private void onEquip(Plan plan) {
    equipping = plan;
    List<Slice> ready = new ArrayList<>();
    List<Slice> left = new ArrayList<>();
    for (Slice slice : plan.slices()) {
      boolean isReady = lending.tenures().supply(slice) == Tenures.Supply.READY;
      (isReady ? ready : left).add(slice);
    }
    plan.scheduler().tell(new Scheduler.Equipped(plan.number(), left));
    if (!ready.isEmpty()) {
      send(plan, ready);
    }
    equipping = null;
  }

  /// Addresses are taken when all slices have their memory, because making room may move others.
  private void send(Plan plan, List<Slice> slices) {
    List<Run> runs = new ArrayList<>(slices.size());
    for (Slice slice : slices) {
      runs.add(new Run(slice, lending.tenures().view(slice.lease())));
    }
    steps++;
    Ledger ledger = lending.ledger();
    var step = new Worker.Step(steps, device.epoch(), ledger.shape(), plan, runs, ledger.chores());
    lending.tenures().sent(steps, slices);
    device.worker().tell(step);
  }

  private void onStepEnded(StepEnded ended) {
    if (ended.epoch() != device.epoch()) {
      return;
    }
    lending.tenures().stepEnded(ended.number());
    for (Outcome outcome : ended.outcomes()) {
      switch (outcome) {
        case Outcome.Read(var lease, var end) -> lending.tenures().read(lease, end);
        case Outcome.Drawn(var lease, var index, var token) ->
            lending.tenures().drew(lease, index, token.id());
        case Outcome.Ended(var lease, var length) -> lending.tenures().ended(lease, length);
        case Outcome.Broken _, Outcome.Skipped _ -> {}
      }
    }
  }

  private void settle() {
    Lending.Settlement settlement = lending.settle();
    for (Lending.Grant grant : settlement.grants()) {
      Tenure tenure = grant.tenure();
      tell(
          tenure,
          new Sequence.Granted(
              tenure.number, grant.reusedTokens(), grant.note(), tenure.places.cuts()));
    }
    settlement.supplied().ifPresent(tenure -> tell(tenure, new Sequence.Supplied(tenure.number)));
    settlement.hopeless().ifPresent(request -> request.owner().tell(hopeless(request)));
  }

  private Sequence.Command hopeless(Reserve request) {
    return new Sequence.Outgrown(
        "%d tokens do not fit the %d bytes of this pool, even alone"
            .formatted(request.known().length(), device.bytes()));
  }

  private static void askBack(Tenure tenure) {
    tell(tenure, new Sequence.Yield(tenure.number, tenure.read));
  }

  private static void tell(Tenure tenure, Sequence.Command message) {
    tenure.request.owner().tell(message);
  }
}
