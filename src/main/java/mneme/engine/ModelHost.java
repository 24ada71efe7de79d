package mneme.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

  /// From the node, to all hosts: nobody should wait for that device, or that station of a split
  /// model.
  record Gone(String device, String why) implements Command {}

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
  private final Rest rest;
  private final Approach approach;
  private final Lobby lobby;
  private final Streams streams;
  private final Lanes lanes;
  private final long startedNs;
  private @Nullable Blueprint blueprint;
  private Landing.@Nullable Berth berth;
  private boolean leaves;

  /// It stops when its last stream has said its last word.
  private boolean isClosed;

  /// Why the device where the model is never comes back; empty as long as it may.
  private String gone = "";

  static Behavior<Command> create(String name, House house) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> new ModelHost(context, timers, name, house))));
  }

  private ModelHost(
      ActorContext<Command> context, TimerScheduler<Command> timers, String name, House house) {
    super(context);
    this.name = name;
    this.house = house;
    rest = new Rest(timers, Expired.NOW, house.settings().keepAlive());
    approach = new Approach(context, name, house, Arrived::new);
    streams = new Streams(context, SequenceGone::new);
    lanes = new Lanes(context, house, streams, Annexed::new);
    lobby = new Lobby(house.settings().waitingLimit());
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
        lanes.onResult(result);
        restIfIdle();
        yield this;
      }
      case Recut(var model, var admission) -> {
        lanes.recut(model, admission);
        yield this;
      }
      case Evacuate _ -> onEvacuate();
      case Gone(var device, var why) -> onGone(device, why);
      case Vacate _ -> onVacate();
      case SequenceGone(var sequence) -> {
        streams.ended(sequence);
        restIfIdle();
        yield isClosed && streams.isEmpty() ? Behaviors.stopped() : this;
      }
      case Expired _ -> onExpired();
      case Unloaded _ -> leaves ? this : leave();
      case Close _ -> {
        isClosed = true;
        yield streams.isEmpty() ? Behaviors.stopped() : this;
      }
      case Inspect(var replyTo) -> onInspect(replyTo);
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      lobby.refuseAll(Event.Failure.INTERNAL, "the model is being unloaded");
      lanes.refuseAll(Event.Failure.INTERNAL, "the model is being unloaded");
      if (isLoaded() && berth != null) {
        unload(berth);
      }
      lanes.close();
      if (blueprint != null) {
        blueprint.close();
      }
    }
    return this;
  }

  private void load() {
    Lane usual = lanes.usual();
    approach.begin(
        usual == null ? SHORTEST_TOKENS : usual.longestTokens(), Optional.ofNullable(blueprint));
  }

  private Behavior<Command> onArrived(Landing.Result result) {
    boolean isLate = !approach.ends(result);
    return switch (result) {
      case Landing.Landed(_, var read, var to) when isLate -> {
        unload(to);
        if (read != blueprint) {
          read.close();
        }
        yield this;
      }
      case Landing.Landed(_, var read, var to) -> onLanded(read, to);
      case Landing.Stranded _ when isLate -> this;
      case Landing.Stranded(_, var failure, var why) -> onStranded(failure, why);
    };
  }

  /// Streams that run on another device continue here.
  private Behavior<Command> onLanded(Blueprint read, Landing.Berth to) {
    if (isLoaded() && berth != null) {
      unload(berth);
    }
    blueprint = read;
    berth = to;
    gone = "";
    long loadNs = house.nowNs().getAsLong() - startedNs;
    house.node().tell(new Node.Settled(getContext().getSelf(), to.bytes(), loadNs));
    Lane usual = lanes.moveTo(read, to);
    lobby.open(usual.model(), arrival -> start(arrival, loadNs));
    restIfIdle();
    return this;
  }

  /// A model that was loaded before waits where it is for its device to come back, if it may.
  private Behavior<Command> onStranded(Event.Failure failure, String why) {
    if (!isLoaded()) {
      lobby.refuseAll(failure, why);
      return leave();
    }
    if (!gone.isEmpty()) {
      String message = "%s, and it can go nowhere else: %s".formatted(gone, why);
      streams.failAll(Event.Failure.INTERNAL, message);
      lanes.refuseAll(Event.Failure.INTERNAL, message);
      return letGo();
    }
    getContext().getLog().warn("model '{}' waits for its device: {}", name, why);
    if (rest.expiresAt().isEmpty()) { // else a device that fails again and again would prolong it
      restIfIdle();
    }
    return this;
  }

  private Behavior<Command> onGone(String device, String why) {
    if (berth != null && berth.station().isOn(device)) {
      gone = "the model's device %s is gone (%s)".formatted(device, why);
      if (isLoaded() && !approach.isUnderWay()) {
        load();
      }
    }
    return this;
  }

  private Behavior<Command> onEvacuate() {
    if (!isLoaded() && !approach.isUnderWay()) {
      return leaves ? this : leave();
    }
    load();
    return this;
  }

  private Behavior<Command> onVacate() {
    if (!isLoaded() && berth != null) {
      return this; // the worker lets go of it already
    }
    if (!isLoaded() || approach.isUnderWay() || isInUse()) {
      house.node().tell(new Node.Stays(getContext().getSelf()));
      return this;
    }
    return onExpired();
  }

  private Behavior<Command> onGenerate(Generate generate) {
    if (leaves) {
      Lobby.handOver(generate, house.node());
    } else if (isLoaded()) {
      start(generate, 0);
    } else {
      lobby.await(generate);
    }
    return this;
  }

  private void start(Generate generate, long loadedNs) {
    rest.end();
    lanes.start(generate, loadedNs);
  }

  private boolean isLoaded() {
    return lanes.usual() != null;
  }

  private boolean isInUse() {
    return !streams.isEmpty() || lanes.isAwaited();
  }

  private Behavior<Command> onLoad(Load load) {
    load.keepAlive().ifPresent(rest::keep);
    Lane usual = lanes.usual();
    if (leaves) {
      Lobby.handOver(load, name, house.node());
    } else if (usual == null) {
      lobby.await(load);
    } else {
      load.replyTo().tell(new Loaded(usual.model()));
      restIfIdle();
    }
    return this;
  }

  private void restIfIdle() {
    if (isInUse() || !isLoaded()) {
      return;
    }
    house.node().tell(new Node.Idle(getContext().getSelf()));
    rest.begin();
  }

  private Behavior<Command> onExpired() {
    rest.end();
    return isInUse() || !isLoaded() || approach.isUnderWay() ? this : letGo();
  }

  /// Leaves when the worker has let go of the model, or has none to tell.
  private Behavior<Command> letGo() {
    Landing.Berth from = Objects.requireNonNull(berth);
    lanes.close();
    getContext().watchWith(from.station().worker(), new Unloaded());
    from.station()
        .unload(
            from.at().program(),
            getContext().messageAdapter(Worker.Unloaded.class, _ -> new Unloaded()));
    return this;
  }

  private void unload(Landing.Berth from) {
    from.station().unload(from.at().program(), getContext().getSystem().ignoreRef());
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

  private Behavior<Command> onInspect(ActorRef<HostReport> replyTo) {
    replyTo.tell(
        isLoaded() && berth != null
            ? HostReport.of(lanes.all(), berth, rest.expiresAt(), streams.size())
            : HostReport.NOTHING);
    return this;
  }
}
