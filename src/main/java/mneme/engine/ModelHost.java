package mneme.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/// Loads one model, serves it, and unloads it when it was idle long enough. It is the parent of the
/// model's scheduler and of its sequences.
public final class ModelHost extends AbstractMatchingBehavior<ModelHost.Command> {
  public sealed interface Command {}

  /// New streams. Until the model is loaded they wait here.
  ///
  /// @param sequence number of the first
  record Generate(long sequence, Node.Generate wish, long arrivedNs) implements Command {}

  /// @param keepAlive after the last use; negative: for ever; empty: as configured
  record Load(Optional<Duration> keepAlive, ActorRef<Loading> replyTo) implements Command {}

  record Inspect(ActorRef<Report> replyTo) implements Command {}

  sealed interface Loading {}

  record Loaded(ServedModel model) implements Loading {}

  record LoadFailed(Event.Failure failure, String message) implements Loading {}

  /// @param running empty until the model is loaded
  record Report(Optional<Engine.Running> running, Optional<Served> served) {}

  /// Where to ask for the model's counters.
  record Served(String device, int poolModel, ActorRef<Scheduler.Command> scheduler) {}

  private record FileRead(Blueprint blueprint) implements Command {}

  private record Failed(Event.Failure failure, String message) implements Command {}

  private record OnDevice(Worker.Preparation preparation) implements Command {}

  private record InPool(MemoryPool.Registration registration) implements Command {}

  private record SequenceGone() implements Command {}

  private enum Expired implements Command {
    NOW
  }

  private record Unloaded() implements Command {}

  /// From the node: it sends nothing here any more.
  enum Close implements Command {
    NOW
  }

  /// What all hosts of a node share.
  ///
  /// @param stations devices of the node, the preferred first
  record House(
      ActorRef<Node.Command> node,
      Loader loader,
      EngineSettings settings,
      List<Station> stations,
      LongSupplier nowNs) {
    House {
      stations = List.copyOf(stations);
    }
  }

  private final House house;
  private final String name;
  private final long program;
  private final TimerScheduler<Command> timers;
  private final Lobby lobby;
  private final Station station;
  private final long startedNs;
  private Duration keepAlive;
  private @Nullable Blueprint blueprint;
  private @Nullable Lane lane;
  private @Nullable Instant expiresAt;
  private long weightBytes;
  private long loadNs;
  private int sequences;
  private boolean leaves;

  static Behavior<Command> create(String name, long program, House house) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> new ModelHost(context, timers, name, program, house))));
  }

  private ModelHost(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      String name,
      long program,
      House house) {
    super(context);
    this.timers = timers;
    this.name = name;
    this.program = program;
    this.house = house;
    lobby = new Lobby(house.settings().waitingLimit());
    station = house.stations().getFirst();
    keepAlive = house.settings().keepAlive();
    startedNs = house.nowNs().getAsLong();
    readFile();
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    return switch (command) {
      case Generate generate -> onGenerate(generate);
      case Load load -> onLoad(load);
      case FileRead(var read) -> onFileRead(read);
      case OnDevice(Worker.Ready(var bytes)) -> onReady(bytes);
      case OnDevice(Worker.Refused(var reason)) -> onFailed(Event.Failure.INTERNAL, reason);
      case InPool(MemoryPool.Registered registered) -> onRegistered(registered);
      case InPool(MemoryPool.NotRegistered(var reason)) ->
          onFailed(Event.Failure.NEVER_FITS, reason);
      case Failed(var failure, var message) -> onFailed(failure, message);
      case SequenceGone _ -> onSequenceGone();
      case Expired _ -> onExpired();
      case Unloaded _ -> leave();
      case Close _ -> Behaviors.stopped();
      case Inspect(var replyTo) -> onInspect(replyTo);
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      lobby.refuseAll(Event.Failure.INTERNAL, "the model is being unloaded");
      closeFile();
    }
    return this;
  }

  private void readFile() {
    Executor blocking =
        getContext()
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("mneme.engine.loading-dispatcher"));
    getContext()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> house.loader().load(name), blocking),
            ModelHost::afterReading);
  }

  private static Command afterReading(@Nullable Blueprint read, @Nullable Throwable fault) {
    if (read != null) {
      return new FileRead(read);
    }
    Throwable cause = fault != null && fault.getCause() != null ? fault.getCause() : fault;
    Event.Failure failure =
        cause instanceof EngineException known ? known.failure() : Event.Failure.INTERNAL;
    return new Failed(
        failure, cause == null ? "nothing was read" : String.valueOf(cause.getMessage()));
  }

  private Behavior<Command> onFileRead(Blueprint read) {
    blueprint = read;
    var recipe = new Workbench.Recipe(program, read.graph(), read.plan(), read.numerics());
    station
        .worker()
        .tell(
            new Worker.Prepare(
                recipe, getContext().messageAdapter(Worker.Preparation.class, OnDevice::new)));
    return this;
  }

  private Behavior<Command> onReady(long bytes) {
    weightBytes = bytes;
    Blueprint read = Objects.requireNonNull(blueprint);
    Vault.Entry entry =
        new Vault.Entry(
            read.plan(), house.settings().limits().chunkTokens(), read.model().contextTokens());
    station
        .pool()
        .tell(
            new MemoryPool.Register(
                entry, getContext().messageAdapter(MemoryPool.Registration.class, InPool::new)));
    return this;
  }

  private Behavior<Command> onRegistered(MemoryPool.Registered registered) {
    ActorRef<Scheduler.Command> scheduler =
        getContext().spawn(Scheduler.create(program, station, house), "scheduler");
    Lane opened =
        new Lane(
            Objects.requireNonNull(blueprint).model(),
            registered.model(),
            registered.longestTokens(),
            house.settings().bufferTokens(),
            station.pool(),
            scheduler,
            house.nowNs());
    loadNs = house.nowNs().getAsLong() - startedNs;
    lane = opened;
    lobby.open(opened.model(), arrival -> start(arrival, opened, loadNs));
    restIfIdle();
    return this;
  }

  private Behavior<Command> onGenerate(Generate generate) {
    if (leaves) {
      Lobby.handOver(generate, house.node());
    } else if (lane != null) {
      start(generate, lane, 0);
    } else {
      lobby.await(generate);
    }
    return this;
  }

  private void start(Generate generate, Lane on, long loadedNs) {
    timers.cancel(Expired.NOW);
    expiresAt = null;
    List<Sequence.Request> requests = Sequence.Request.all(generate, loadedNs);
    List<Sequence.Follower> followers =
        requests.stream()
            .skip(1)
            .map(request ->
                new Sequence.Follower(
                    request.number(), spawn(request, Sequence.follower(request, on))))
            .toList();
    Sequence.Request first = requests.getFirst();
    ActorRef<Sequence.Command> leader = spawn(first, Sequence.create(first, on, followers));
    followers.forEach(follower -> follower.actor().tell(new Sequence.Follow(leader)));
  }

  private ActorRef<Sequence.Command> spawn(
      Sequence.Request request, Behavior<Sequence.Command> behavior) {
    sequences++;
    ActorRef<Sequence.Command> sequence =
        getContext().spawn(behavior, "sequence-" + request.number());
    getContext().watchWith(sequence, new SequenceGone());
    return sequence;
  }

  private Behavior<Command> onSequenceGone() {
    sequences--;
    restIfIdle();
    return this;
  }

  private Behavior<Command> onLoad(Load load) {
    load.keepAlive().ifPresent(wanted -> keepAlive = wanted);
    if (leaves) {
      Lobby.handOver(load, name, house.node());
    } else if (lane == null) {
      lobby.await(load);
    } else {
      load.replyTo().tell(new Loaded(lane.model()));
      restIfIdle();
    }
    return this;
  }

  private void restIfIdle() {
    if (sequences == 0 && !keepAlive.isNegative()) {
      timers.startSingleTimer(Expired.NOW, keepAlive);
      expiresAt = Instant.now().plus(keepAlive);
    }
  }

  private Behavior<Command> onExpired() {
    if (sequences > 0 || lane == null) {
      return this;
    }
    getContext().stop(lane.scheduler());
    lane = null;
    station
        .worker()
        .tell(
            new Worker.Unload(
                program, getContext().messageAdapter(Worker.Unloaded.class, _ -> new Unloaded())));
    return this;
  }

  private Behavior<Command> onFailed(Event.Failure failure, String message) {
    lobby.refuseAll(failure, message);
    return leave();
  }

  /// Stops as soon as the node knows, so that no request is sent to a dead host. What came
  /// meanwhile is for the next host of this model.
  private Behavior<Command> leave() {
    leaves = true;
    house.node().tell(new Node.Leave(name, getContext().getSelf()));
    lobby.handOver(name, house.node());
    return this;
  }

  private Behavior<Command> onInspect(ActorRef<Report> replyTo) {
    Lane on = lane;
    if (on == null) {
      replyTo.tell(new Report(Optional.empty(), Optional.empty()));
    } else {
      replyTo.tell(
          new Report(
              Optional.of(
                  new Engine.Running(
                      on.model(), Optional.ofNullable(expiresAt), weightBytes, sequences)),
              Optional.of(new Served(station.device(), on.poolModel(), on.scheduler()))));
    }
    return this;
  }

  private void closeFile() {
    if (blueprint != null) {
      try {
        blueprint.file().close();
      } catch (Exception e) {
        getContext().getLog().warn("closing the file of '{}' failed", name, e);
      }
    }
  }
}
