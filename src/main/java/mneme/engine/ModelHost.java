package mneme.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import mneme.memory.KvEncoding;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
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

  record Inspect(ActorRef<HostReport> replyTo) implements Command {}

  sealed interface Loading {}

  record Loaded(ServedModel model) implements Loading {}

  record LoadFailed(Event.Failure failure, String message) implements Loading {}

  /// From the node: the device where the model is, or is going, has failed.
  enum Evacuate implements Command {
    NOW
  }

  /// From the node: another model needs the room; leave unless you are in use.
  enum Vacate implements Command {
    NOW
  }

  /// From a pool: it was cut anew, and `admission` judges what fits now.
  ///
  /// @param model number of the memory plan at the pool
  record Recut(int model, Admission admission) implements Command {}

  private record Arrived(Landing.Result result) implements Command {}

  private record Annexed(Annex.Result result) implements Command {}

  private record SequenceGone(ActorRef<Sequence.Command> sequence) implements Command {}

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
  /// @param vaults makes one for the pool of a model that is split
  record House(
      ActorRef<Node.Command> node,
      Loader loader,
      EngineSettings settings,
      LongSupplier nowNs,
      Supplier<Vault> vaults) {}

  /// A model that cannot even read one token and draw the next is of no use.
  private static final int SHORTEST_TOKENS = 2;

  private final House house;
  private final String name;
  private final TimerScheduler<Command> timers;
  private final Lobby lobby;
  private final Streams streams;
  private final Lanes lanes;
  private final long startedNs;
  private Duration keepAlive;
  private @Nullable Blueprint blueprint;

  /// What brings the model to a device, now or again.
  private @Nullable ActorRef<Landing.Command> loading;

  private Landing.@Nullable Berth berth;

  /// Of pools that were cut anew before the model is known to be there.
  private final Map<Integer, Admission> recuts = new HashMap<>();

  private @Nullable Lane lane;
  private @Nullable Instant expiresAt;
  private long loadNs;
  private long loads;
  private boolean leaves;

  static Behavior<Command> create(String name, House house) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> new ModelHost(context, timers, name, house))));
  }

  private ModelHost(
      ActorContext<Command> context, TimerScheduler<Command> timers, String name, House house) {
    super(context);
    this.timers = timers;
    this.name = name;
    this.house = house;
    streams = new Streams(context, SequenceGone::new);
    lanes = new Lanes(context, house, streams, Annexed::new);
    lobby = new Lobby(house.settings().waitingLimit());
    keepAlive = house.settings().keepAlive();
    startedNs = house.nowNs().getAsLong();
    load();
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    return switch (command) {
      case Generate generate -> onGenerate(generate);
      case Load load -> onLoad(load);
      case Arrived(var result) -> onArrived(result);
      case Annexed(var result) -> {
        lanes.onResult(result instanceof Annex.Opened opened ? upToDate(opened) : result);
        restIfIdle();
        yield this;
      }
      case Recut(var model, var admission) -> onRecut(model, admission);
      case Evacuate _ -> onEvacuate();
      case Vacate _ -> onVacate();
      case SequenceGone(var sequence) -> onSequenceGone(sequence);
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
      lanes.refuseAll(Event.Failure.INTERNAL, "the model is being unloaded");
      lanes.close();
      if (lane != null && berth != null) {
        unload(berth, getContext().getSystem().ignoreRef());
      }
      if (blueprint != null) {
        blueprint.close();
      }
    }
    return this;
  }

  private void load() {
    loads++;
    Landing.Job job =
        new Landing.Job(
            loads,
            name,
            lane == null ? SHORTEST_TOKENS : lane.longestTokens(),
            Optional.ofNullable(blueprint),
            getContext().getSelf(),
            getContext().messageAdapter(Landing.Result.class, Arrived::new));
    ActorRef<Landing.Command> landing =
        getContext().spawn(Landing.create(job, house), "loading-" + loads);
    getContext()
        .watchWith(
            landing,
            new Arrived(
                new Landing.Stranded(
                    loads, Event.Failure.INTERNAL, "loading it failed; the log says why")));
    loading = landing;
  }

  private Behavior<Command> onArrived(Landing.Result result) {
    boolean isStale = loading == null || result.number() != loads;
    return switch (result) {
      case Landing.Landed(_, var read, var to) when isStale -> {
        unload(to, getContext().getSystem().ignoreRef());
        if (read != blueprint) {
          read.close();
        }
        yield this;
      }
      case Landing.Landed(_, var read, var to) ->
          onLanded(read, to.with(recuts.getOrDefault(to.poolModel(), to.admission())));
      case Landing.Stranded _ when isStale -> this;
      case Landing.Stranded(_, var failure, var why) -> onStranded(failure, why);
    };
  }

  /// Streams that run on another device continue here.
  private Behavior<Command> onLanded(Blueprint read, Landing.Berth to) {
    ActorRef<Scheduler.Command> scheduler =
        getContext()
            .spawn(
                Scheduler.create(to.at().program(), to.station(), house),
                "scheduler-" + to.at().program());
    Lane next = Lane.of(read.model(), to, scheduler, house);
    if (lane != null && berth != null) {
      getContext().stop(lane.scheduler());
      streams.move(next);
      unload(berth, getContext().getSystem().ignoreRef());
    }
    blueprint = read;
    lane = next;
    berth = to;
    loading = null;
    loadNs = house.nowNs().getAsLong() - startedNs;
    house.node().tell(new Node.Settled(getContext().getSelf(), to.bytes(), loadNs));
    lanes.moveTo(read, to);
    lobby.open(next.model(), arrival -> start(arrival, next, loadNs));
    restIfIdle();
    return this;
  }

  private Annex.Opened upToDate(Annex.Opened opened) {
    int model = Math.toIntExact(opened.program());
    return new Annex.Opened(
        opened.job(), opened.program(), recuts.getOrDefault(model, opened.admission()));
  }

  /// Who comes from now on is told what fits now; streams that outgrow it end.
  private Behavior<Command> onRecut(int model, Admission admission) {
    if (lane != null && berth != null && lane.poolModel() == model) {
      lane = lane.with(admission);
      berth = berth.with(admission);
    } else if (!lanes.recut(model, admission)) {
      recuts.put(model, admission);
    }
    return this;
  }

  /// A model that was loaded before waits where it is for its device to come back.
  private Behavior<Command> onStranded(Event.Failure failure, String why) {
    loading = null;
    if (lane == null) {
      return onFailed(failure, why);
    }
    getContext().getLog().warn("model '{}' waits for its device: {}", name, why);
    restIfIdle();
    return this;
  }

  private Behavior<Command> onEvacuate() {
    if (loading != null) {
      getContext().stop(loading);
    } else if (lane == null) {
      return leaves ? this : leave();
    }
    load();
    return this;
  }

  private Behavior<Command> onVacate() {
    if (isUnloading()) {
      return this; // it leaves already
    }
    if (lane == null || loading != null || isInUse()) {
      house.node().tell(new Node.Stays(getContext().getSelf()));
      return this;
    }
    return onExpired();
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
    KvEncoding kv = generate.wish().completion().memory().kv().orElse(on.kv());
    if (kv.equals(on.kv())) {
      streams.start(generate, on, loadedNs);
    } else {
      lanes.start(kv, generate);
    }
  }

  /// Whether the worker was asked to let go of the model and has not yet.
  private boolean isUnloading() {
    return lane == null && berth != null;
  }

  private boolean isInUse() {
    return !streams.isEmpty() || lanes.isAwaited();
  }

  private Behavior<Command> onSequenceGone(ActorRef<Sequence.Command> sequence) {
    streams.ended(sequence);
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
    if (isInUse() || lane == null) {
      return;
    }
    house.node().tell(new Node.Idle(getContext().getSelf()));
    timers.cancel(Expired.NOW);
    expiresAt = null;
    if (!keepAlive.isNegative()) {
      timers.startSingleTimer(Expired.NOW, keepAlive);
      expiresAt = Instant.now().plus(keepAlive);
    }
  }

  private Behavior<Command> onExpired() {
    if (isInUse() || lane == null || berth == null || loading != null) {
      return this;
    }
    lanes.close();
    getContext().stop(lane.scheduler());
    lane = null;
    unload(berth, getContext().messageAdapter(Worker.Unloaded.class, _ -> new Unloaded()));
    return this;
  }

  private static void unload(Landing.Berth from, ActorRef<Worker.Unloaded> replyTo) {
    from.station().pool().tell(new MemoryPool.Unregister(from.poolModel()));
    from.station().worker().tell(new Worker.Unload(from.at().program(), replyTo));
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
    lanes.handOver(house.node());
    return this;
  }

  /// The usual one first.
  private List<Lane> everyLane(Lane usual) {
    List<Lane> all = new ArrayList<>(List.of(usual));
    all.addAll(lanes.all());
    return all;
  }

  private Behavior<Command> onInspect(ActorRef<HostReport> replyTo) {
    replyTo.tell(
        lane == null || berth == null
            ? HostReport.NOTHING
            : HostReport.of(
                everyLane(lane), berth, Optional.ofNullable(expiresAt), streams.size()));
    return this;
  }
}
