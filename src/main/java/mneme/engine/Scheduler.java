package mneme.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import mneme.memory.Tokens;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// Builds the steps of one model from the sequences that hold memory, and keeps one step queued
/// behind the running one, or behind as many as a split model has stages. It never waits for a
/// sequence: what a step draws, the step after reads inside the worker.
public final class Scheduler extends AbstractMatchingBehavior<Scheduler.Command> {
  public sealed interface Command {}

  /// A sequence holds memory, in which the first `readTokens` of its tokens were read before.
  ///
  /// @param sequence its number
  /// @param cuts positions at which its prompt is cut beside the grid
  /// @param holdAt position behind which nothing is read before [Proceed]
  record Enter(
      ActorRef<Sequence.Command> owner,
      long sequence,
      long lease,
      String tenant,
      Tokens known,
      int readTokens,
      List<Integer> cuts,
      int holdAt,
      Drawing drawing)
      implements Command {
    Enter {
      cuts = List.copyOf(cuts);
    }
  }

  /// A lease that holds goes on.
  record Proceed(long lease) implements Command {}

  /// A slice of this lease that got no memory can be planned again.
  record Supply(long lease) implements Command {}

  /// Leaves a lease out of steps, or takes it in again.
  record Pause(long lease, boolean paused) implements Command {}

  record Leave(long lease) implements Command {}

  /// From the pool: the plan goes to the worker but for the slices `left` out.
  record Equipped(long number, List<Slice> left) implements Command {}

  record StepDone(long number, List<Outcome> outcomes, long stepNs) implements Command {}

  /// The device failed in this step.
  record StepFailed(long number, String reason) implements Command {}

  private record Gone(long sequence, long lease) implements Command {}

  record Inspect(ActorRef<Counters> replyTo) implements Command {}

  /// Sums since the model was loaded, and how many sequences hold memory now.
  ///
  /// @param waitedNs how long the step that runs now has been under way; 0 if none is
  record Counters(
      int running, long steps, long prefillTokens, long decodeTokens, long stepNs, long waitedNs) {
    Counters at(int sequences, long waited) {
      return new Counters(sequences, steps, prefillTokens, decodeTokens, stepNs, waited);
    }

    /// @param slices what was run of a step
    Counters plus(List<Slice> slices, long ns) {
      long decodes = slices.stream().filter(slice -> slice.count() == 1).count();
      long tokens = slices.stream().mapToLong(Slice::count).sum();
      return new Counters(
          running,
          steps + 1,
          prefillTokens + tokens - decodes,
          decodeTokens + decodes,
          stepNs + ns,
          0);
    }
  }

  private final long program;
  private final ActorRef<MemoryPool.Command> pool;
  private final ActorRef<Worker.Command> worker;
  private final LongSupplier nowNs;

  /// Steps that run at the same time; one more waits.
  private final int stages;

  private final AtomicLong numbers;
  private final Roster roster;
  private final Map<Long, ActorRef<Sequence.Command>> owners = new LinkedHashMap<>();

  /// Sequences that have been here and live, by number.
  private final Map<Long, ActorRef<Sequence.Command>> members = new HashMap<>();

  private final Map<Long, List<Slice>> underWay = new LinkedHashMap<>();
  private Counters counters = new Counters(0, 0, 0, 0, 0, 0);

  /// The plan that the pool has not answered yet; 0 if none.
  private long beingEquipped;

  /// When a step ended last, or the first of those under way was sent.
  private long progressAtNs;

  /// @param program number of the loaded model at its worker
  static Behavior<Command> create(long program, Station station, ModelHost.House house) {
    AtomicLong numbers = new AtomicLong();
    Behavior<Command> behavior =
        Behaviors.setup(
            context -> new Scheduler(context, new Task(program, station, numbers), house));
    return Behaviors.supervise(Contained.contain(Command.class, behavior))
        .onFailure(SupervisorStrategy.restart());
  }

  /// What stays the same when a scheduler is restarted.
  private record Task(long program, Station station, AtomicLong numbers) {}

  private Scheduler(ActorContext<Command> context, Task task, ModelHost.House house) {
    super(context);
    program = task.program();
    pool = task.station().pool();
    worker = task.station().worker();
    stages = task.station().stages();
    nowNs = house.nowNs();
    roster = new Roster(house.settings().limits());
    numbers = task.numbers();
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Enter enter -> onEnter(enter);
      case Proceed(var lease) -> roster.proceed(lease);
      case Supply(var lease) -> roster.supply(lease);
      case Pause(var lease, var paused) -> roster.pause(lease, paused);
      case Leave(var lease) -> onLeave(lease);
      case Equipped(var number, var left) -> onEquipped(number, left);
      case StepDone done -> onStepDone(done);
      case StepFailed(var number, var reason) -> onStepFailed(number, reason);
      case Gone(var sequence, var lease) -> {
        onLeave(lease);
        roster.forget(sequence);
        members.remove(sequence);
      }
      case Inspect(var replyTo) -> replyTo.tell(counters.at(roster.size(), waitedNs()));
    }
    sendPlan();
    return this;
  }

  /// Who was scheduled here is told, and comes back with a new lease.
  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PreRestart) {
      owners.forEach((lease, owner) -> owner.tell(new Sequence.Dismissed(lease)));
    }
    return this;
  }

  private void onEnter(Enter enter) {
    owners.put(enter.lease(), enter.owner());
    members.put(enter.sequence(), enter.owner());
    // A watch outlives a restart of this actor, and it may still stand for an earlier lease.
    getContext().unwatch(enter.owner());
    getContext().watchWith(enter.owner(), new Gone(enter.sequence(), enter.lease()));
    roster.enter(enter);
    worker.tell(new Worker.Join(enter.lease(), enter.known(), enter.drawing()));
  }

  private void onLeave(long lease) {
    roster.leave(lease);
    owners.remove(lease);
    worker.tell(new Worker.Part(lease));
  }

  private void onEquipped(long number, List<Slice> left) {
    List<Slice> planned = underWay.get(number);
    if (planned == null) {
      return;
    }
    beingEquipped = 0;
    if (left.isEmpty()) {
      return;
    }
    left.forEach(roster::takeBack);
    List<Slice> sent = planned.stream().filter(slice -> !left.contains(slice)).toList();
    if (sent.isEmpty()) {
      underWay.remove(number);
    } else {
      underWay.put(number, sent);
    }
  }

  private long waitedNs() {
    return underWay.isEmpty() ? 0 : nowNs.getAsLong() - progressAtNs;
  }

  private void onStepDone(StepDone done) {
    List<Slice> slices = underWay.remove(done.number());
    if (slices == null) {
      return;
    }
    progressAtNs = nowNs.getAsLong();
    List<Slice> run = run(slices, done.outcomes());
    counters = counters.plus(run, done.stepNs());
    run.forEach(roster::ran);
    for (Outcome outcome : done.outcomes()) {
      ActorRef<Sequence.Command> owner = owners.get(outcome.lease());
      if (owner != null && !(outcome instanceof Outcome.Skipped)) {
        owner.tell(new Sequence.Told(outcome));
      }
    }
  }

  /// What the worker ran of the slices it was sent; outcomes are in their order.
  private static List<Slice> run(List<Slice> sent, List<Outcome> outcomes) {
    return IntStream.range(0, sent.size())
        .filter(i -> !(outcomes.get(i) instanceof Outcome.Skipped))
        .mapToObj(sent::get)
        .toList();
  }

  /// Whoever was in the step has lost its memory and comes back; who makes every step fail in which
  /// it is alone does not.
  private void onStepFailed(long number, String reason) {
    List<Slice> slices = underWay.remove(number);
    if (slices == null) {
      return;
    }
    roster
        .failed(slices)
        .map(members::get)
        .ifPresent(guilty ->
            guilty.tell(
                new Sequence.Refused(
                    Event.Failure.INTERNAL,
                    "the device fails whenever it runs this request, even alone: " + reason)));
  }

  /// One plan at a time is with the pool, so that what the pool leaves out is known before the
  /// next.
  private void sendPlan() {
    if (beingEquipped != 0 || underWay.size() > stages) {
      return;
    }
    List<Slice> slices = roster.plan();
    if (!slices.isEmpty()) {
      beingEquipped = numbers.incrementAndGet();
      progressAtNs = underWay.isEmpty() ? nowNs.getAsLong() : progressAtNs;
      underWay.put(beingEquipped, slices);
      Plan plan = new Plan(beingEquipped, program, slices, getContext().getSelf());
      pool.tell(new MemoryPool.Equip(plan));
    }
  }
}
