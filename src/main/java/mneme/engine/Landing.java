package mneme.engine;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import mneme.memory.MemoryPlan;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/// Brings one model onto a device: reads its file, asks the node where to go, has the worker take
/// the weights and the pool the memory plan, and tries the next device if one refuses. It ends with
/// [Landed] or [Stranded]; stopped before, it leaves nothing behind.
final class Landing extends AbstractMatchingBehavior<Landing.Command> {
  sealed interface Command {}

  /// From the node.
  ///
  /// @param program number of this load, at the worker
  /// @param plan how the model's memory lies there
  /// @param scratchBytes that its largest step takes there
  /// @param poolBytes of the device's pool, if it is not open yet
  /// @param why it was put there
  record Placed(
      long program, Station station, MemoryPlan plan, long scratchBytes, long poolBytes, String why)
      implements Command {}

  /// From the node: no device can take the model.
  record Unplaced(String why) implements Command {}

  private record FileRead(Blueprint blueprint) implements Command {}

  private record Unreadable(Event.Failure failure, String why) implements Command {}

  private record OnDevice(Worker.Preparation preparation) implements Command {}

  private record InPool(MemoryPool.Registration registration) implements Command {}

  /// @see Job#number
  sealed interface Result {
    long number();
  }

  record Landed(long number, Blueprint blueprint, Berth berth) implements Result {}

  record Stranded(long number, Event.Failure failure, String why) implements Result {}

  /// Where a model is.
  ///
  /// @param weightBytes on the device
  /// @param poolModel number of its memory plan at the pool
  /// @param admission judges what fits its pool
  record Berth(Placed at, long weightBytes, int poolModel, Admission admission) {
    long bytes() {
      return weightBytes + at.scratchBytes();
    }

    Station station() {
      return at.station();
    }
  }

  /// What is to be loaded, and for whom.
  ///
  /// @param number counts the loads of this host
  /// @param leastTokens of the longest sequence; a device that holds less is of no use
  /// @param read the model, if its file was read before
  record Job(
      long number,
      String model,
      int leastTokens,
      Optional<Blueprint> read,
      ActorRef<ModelHost.Command> host,
      ActorRef<Result> replyTo) {}

  private final ModelHost.House house;
  private final Job job;
  private final Set<String> refusing = new HashSet<>();
  private @Nullable Blueprint blueprint;
  private @Nullable Placed at;
  private long weightBytes;
  private String lastRefusal = "";

  static Behavior<Command> create(Job job, ModelHost.House house) {
    return Contained.contain(
        Command.class, Behaviors.setup(context -> new Landing(context, job, house)));
  }

  private Landing(ActorContext<Command> context, Job job, ModelHost.House house) {
    super(context);
    this.job = job;
    this.house = house;
    job.read().ifPresentOrElse(read -> context.getSelf().tell(new FileRead(read)), this::readFile);
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    return switch (command) {
      case FileRead(var read) -> {
        blueprint = read;
        askForPlace();
        yield this;
      }
      case Unreadable(var failure, var why) -> stranded(failure, why);
      case Placed placed -> onPlaced(placed);
      case Unplaced(var why) -> stranded(Event.Failure.NEVER_FITS, lastRefusal + why);
      case OnDevice(Worker.Ready(var bytes)) -> register(bytes);
      case OnDevice(Worker.Refused(var reason)) -> onRefused(reason);
      case InPool(MemoryPool.Registered registered) -> landed(registered);
      case InPool(MemoryPool.NotRegistered(var reason)) -> onRefused(reason);
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      if (at != null) {
        withdraw(at);
      }
      if (blueprint != null && job.read().isEmpty()) {
        blueprint.close();
      }
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
            CompletableFuture.supplyAsync(() -> house.loader().load(job.model()), blocking),
            Landing::afterReading);
  }

  private static Command afterReading(@Nullable Blueprint read, @Nullable Throwable fault) {
    if (read != null) {
      return new FileRead(read);
    }
    Throwable cause = fault != null && fault.getCause() != null ? fault.getCause() : fault;
    Event.Failure failure =
        cause instanceof EngineException known ? known.failure() : Event.Failure.INTERNAL;
    return new Unreadable(
        failure, cause == null ? "nothing was read" : String.valueOf(cause.getMessage()));
  }

  private Blueprint blueprint() {
    return Objects.requireNonNull(blueprint);
  }

  private void askForPlace() {
    house
        .node()
        .tell(
            new Node.Place(
                job.host(), blueprint(), job.leastTokens(), refusing, getContext().getSelf()));
  }

  private Behavior<Command> onPlaced(Placed placed) {
    at = placed;
    getContext().getLog().info("model '{}' is put {}", job.model(), placed.why());
    Blueprint read = blueprint();
    var recipe =
        new Workbench.Recipe(placed.program(), read.graph(), placed.plan(), read.numerics());
    placed
        .station()
        .worker()
        .tell(
            new Worker.Prepare(
                recipe,
                placed.poolBytes(),
                getContext().messageAdapter(Worker.Preparation.class, OnDevice::new)));
    return this;
  }

  private Behavior<Command> register(long bytes) {
    weightBytes = bytes;
    Blueprint read = blueprint();
    if (at != null) {
      Vault.Entry entry =
          new Vault.Entry(
              at.plan(),
              house.settings().limits().chunkTokens(),
              read.model().contextTokens(),
              read.model().tokenizer().endIds(),
              job.host());
      at.station()
          .pool()
          .tell(
              new MemoryPool.Register(
                  poolModel(at),
                  entry,
                  getContext().messageAdapter(MemoryPool.Registration.class, InPool::new)));
    }
    return this;
  }

  /// The device could not, whatever the arithmetic said: the next one is tried.
  private Behavior<Command> onRefused(String reason) {
    if (at != null) {
      String device = at.station().device();
      getContext().getLog().warn("{} cannot take model '{}': {}", device, job.model(), reason);
      lastRefusal = "%s could not take it (%s); ".formatted(device, reason);
      refusing.add(device);
      withdraw(at);
      at = null;
    }
    askForPlace();
    return this;
  }

  private Behavior<Command> landed(MemoryPool.Registered registered) {
    int longestTokens = registered.admission().longest();
    if (longestTokens < job.leastTokens()) {
      return onRefused("its pool holds %d tokens".formatted(longestTokens));
    }
    if (at != null) {
      Berth berth = new Berth(at, weightBytes, registered.model(), registered.admission());
      at = null;
      job.replyTo().tell(new Landed(job.number(), blueprint(), berth));
      blueprint = null;
    }
    return Behaviors.stopped();
  }

  private Behavior<Command> stranded(Event.Failure failure, String why) {
    job.replyTo().tell(new Stranded(job.number(), failure, why));
    return Behaviors.stopped();
  }

  /// Loads are numbered once for worker and pool.
  private static int poolModel(Placed placed) {
    return Math.toIntExact(placed.program());
  }

  private void withdraw(Placed from) {
    from.station().unload(from.program(), getContext().getSystem().ignoreRef());
  }
}
