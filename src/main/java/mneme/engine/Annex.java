package mneme.engine;

import java.util.Optional;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// Makes room beside a loaded model for streams that keep keys and values in another encoding: a
/// second program on the weights that are there, and its memory plan at the same pool. Nothing is
/// read and nothing is loaded again. It ends with [Opened] or [NotOpened]; stopped before, it
/// leaves nothing behind.
final class Annex extends AbstractMatchingBehavior<Annex.Command> {
  sealed interface Command {}

  /// From the node: the device has the bytes, and they are the model's now.
  ///
  /// @param program number of the new program, at the worker and at the pool
  record Extended(long program) implements Command {}

  /// From the node.
  record NotExtended(String why) implements Command {}

  private record OnDevice(Worker.Preparation preparation) implements Command {}

  private record InPool(MemoryPool.Registration registration) implements Command {}

  sealed interface Result {
    Job job();
  }

  record Opened(Job job, long program, Admission admission) implements Result {}

  record NotOpened(Job job, String why) implements Result {}

  /// What is to be opened, and beside what.
  record Job(
      KvEncoding kv,
      Blueprint blueprint,
      Landing.Berth berth,
      ActorRef<ModelHost.Command> host,
      ActorRef<Result> replyTo) {
    MemoryPlan plan() {
      return MemoryPlan.of(blueprint.graph().needs(), kv, blueprint.plan().pageTokens());
    }

    Station station() {
      return berth.station();
    }
  }

  private final ModelHost.House house;
  private final Job job;

  /// What is to be taken back if this comes to nothing.
  private Optional<Long> program = Optional.empty();

  static Behavior<Command> create(Job job, ModelHost.House house) {
    return Contained.contain(
        Command.class, Behaviors.setup(context -> new Annex(context, job, house)));
  }

  private Annex(ActorContext<Command> context, Job job, ModelHost.House house) {
    super(context);
    this.job = job;
    this.house = house;
    // The program has the other one's graph, and so the same activations.
    house
        .node()
        .tell(new Node.Extend(job.host(), job.berth().at().scratchBytes(), context.getSelf()));
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    return switch (command) {
      case Extended(var number) -> prepare(number);
      case NotExtended(var why) -> notOpened(why);
      case OnDevice(Worker.Ready _) -> register();
      case OnDevice(Worker.Refused(var reason)) -> notOpened(reason);
      case InPool(MemoryPool.Registered registered) -> opened(registered.admission());
      case InPool(MemoryPool.NotRegistered(var reason)) -> notOpened(reason);
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      program.ifPresent(
          number -> job.station().unload(number, getContext().getSystem().ignoreRef()));
    }
    return this;
  }

  private Behavior<Command> prepare(long number) {
    program = Optional.of(number);
    Blueprint read = job.blueprint();
    var recipe = new Workbench.Recipe(number, read.graph(), job.plan(), read.numerics());
    job.station()
        .worker()
        .tell(
            new Worker.Prepare(
                recipe,
                job.berth().at().poolBytes(),
                getContext().messageAdapter(Worker.Preparation.class, OnDevice::new)));
    return this;
  }

  private Behavior<Command> register() {
    ServedModel model = job.blueprint().model();
    Vault.Entry entry =
        new Vault.Entry(
            job.plan(),
            house.settings().limits().chunkTokens(),
            model.contextTokens(),
            model.tokenizer().endIds(),
            job.host());
    job.station()
        .pool()
        .tell(
            new MemoryPool.Register(
                Math.toIntExact(program.orElseThrow()),
                entry,
                getContext().messageAdapter(MemoryPool.Registration.class, InPool::new)));
    return this;
  }

  private Behavior<Command> opened(Admission admission) {
    job.replyTo().tell(new Opened(job, program.orElseThrow(), admission));
    program = Optional.empty();
    return Behaviors.stopped();
  }

  private Behavior<Command> notOpened(String why) {
    job.replyTo().tell(new NotOpened(job, why));
    return Behaviors.stopped();
  }
}
