package mneme.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.Numerics;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.Chore;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.Tokens;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// Owns one device and its thread, and runs steps in the order they come.
///
/// A device that fails crashes the worker, which is restarted with back-off, opens the device again
/// and tells the pool that nothing is left of the leases. As long as it does not open,
/// [ClosedDevice] stands in the worker's place.
public final class Worker extends AbstractMatchingBehavior<Worker.Command> {
  public sealed interface Command {}

  /// From a scheduler, before the first step of a lease: the stream so far and how to go on.
  record Join(long lease, Tokens known, Drawing drawing) implements Command {}

  /// From a scheduler: what later steps hold of this lease is skipped.
  record Part(long lease) implements Command {}

  /// From the pool: do the chores, then run. Its scheduler and the pool get the result.
  ///
  /// @param number counts the steps of the device
  /// @param epoch which opening of the device the memory belongs to; of an earlier one all is void
  /// @param shape how the pool is cut
  record Step(
      long number, long epoch, PoolShape shape, Plan plan, List<Run> runs, List<Chore> chores)
      implements Command {}

  /// From a new pool: the memory is scrubbed, and [MemoryPool.DeviceReady] is the answer.
  enum Reset implements Command {
    NOW
  }

  /// @param poolBytes of the pool, if none is open yet
  record Prepare(Workbench.Recipe recipe, long poolBytes, ActorRef<Preparation> replyTo)
      implements Command {}

  /// What a program would take here, and what the device is.
  record Measure(
      Graph graph,
      MemoryPlan plan,
      Numerics numerics,
      StepSize largest,
      ActorRef<Measurement> replyTo)
      implements Command {}

  sealed interface Measurement {}

  /// @param size empty: the device cannot run it
  record Measured(DeviceInfo info, Optional<ProgramSize> size) implements Measurement {}

  /// The device failed meanwhile, or is not there any more; nothing is known of the model.
  record Unmeasured(String why) implements Measurement, SegmentsMeasurement {}

  /// What each segment of a model would take here.
  ///
  /// @param largest step of the whole model
  record MeasureSegments(
      List<Graph> segments,
      MemoryPlan plan,
      Numerics numerics,
      StepSize largest,
      ActorRef<SegmentsMeasurement> replyTo)
      implements Command {
    MeasureSegments {
      segments = List.copyOf(segments);
    }
  }

  sealed interface SegmentsMeasurement {}

  /// @param sizes empty: the device cannot run them
  record MeasuredSegments(List<ProgramSize> sizes) implements SegmentsMeasurement {
    MeasuredSegments {
      sizes = List.copyOf(sizes);
    }
  }

  /// From a relay; answered with [Relay.StageOpen] or [Relay.StageRefused].
  record PrepareStage(Stages.Recipe recipe) implements Command {}

  /// From a relay; answered with [Relay.Carried], [Relay.Finished], [Relay.Missed] or
  /// [Relay.Broke].
  record RunStage(Relay.Leg leg) implements Command {}

  /// From a relay; answered with [Relay.StageOpen].
  record ScrubStage(long program) implements Command {}

  /// Answered with [Unloaded].
  record Unload(long program, ActorRef<Unloaded> replyTo) implements Command {}

  /// Nothing on the device refers to the program's file any more.
  record Unloaded(long program) {}

  /// From the worker itself, whose device was closed for a while.
  enum Reopen implements Command {
    NOW
  }

  sealed interface Preparation {}

  record Ready(long weightBytes) implements Preparation {}

  record Refused(String reason) implements Preparation {}

  /// Where a worker stands.
  ///
  /// @param device its id
  /// @param node hears whether the device can be used
  /// @param front by whom commands come: what others know as the worker
  /// @param watchdog hears what the worker does, under `generation`
  /// @param nowNs a clock that only moves forward
  record Post(
      String device,
      ActorRef<MemoryPool.Command> pool,
      ActorRef<Node.Command> node,
      ActorRef<Command> front,
      ActorRef<Watchdog.Command> watchdog,
      long generation,
      LongSupplier nowNs) {}

  private static final int MOST_WAITING = 1_000_000;

  private final Workbench bench;
  private final Post post;
  private final Notices notices;
  private final Map<Long, Draft> drafts = new HashMap<>();

  /// What waits for the device outlives a crash: one of those who waited may bring it about.
  ///
  /// @param firstBackoff wait before the first restart; doubled for each further one
  static Behavior<Command> create(Workbench bench, Post post, Duration firstBackoff) {
    return Behaviors.withStash(
        MOST_WAITING,
        stash -> {
          Behavior<Command> closed = ClosedDevice.create(bench, post, firstBackoff, stash);
          return Behaviors.supervise(Contained.contain(Command.class, closed))
              .onFailure(
                  SupervisorStrategy.restartWithBackoff(
                          firstBackoff, firstBackoff.multipliedBy(64), 0)
                      .withResetBackoffAfter(firstBackoff.multipliedBy(64))
                      .withStashCapacity(MOST_WAITING));
        });
  }

  /// With the device that `bench` has open.
  Worker(ActorContext<Command> context, Workbench bench, Post post, Notices notices) {
    super(context);
    this.bench = bench;
    this.post = post;
    this.notices = notices;
    notices.poolIsOpen();
    bench.stages().all().forEach(notices::stageIsOpen);
    notices.bytes();
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Join(var lease, var known, var drawing) -> drafts.put(lease, new Draft(known, drawing));
      case Part(var lease) -> drafts.remove(lease);
      case Step _, Reset _, Measure _, Prepare _, Unload _ -> use(command);
      case MeasureSegments _, PrepareStage _, RunStage _, ScrubStage _ -> use(command);
      case Reopen _ -> {}
    }
    return this;
  }

  /// What the device does is watched. If it throws, whoever waits for an answer gets one, when
  /// nothing is open any more.
  private void use(Command command) {
    post.watchdog().tell(new Watchdog.Began(post.generation(), command));
    try {
      switch (command) {
        case Step step -> onStep(step);
        case Reset _ -> onReset();
        case Measure measure -> measure.replyTo().tell(bench.measure(measure));
        case MeasureSegments measure -> measure.replyTo().tell(bench.measure(measure));
        case PrepareStage(var recipe) -> onPrepareStage(recipe);
        case RunStage(var leg) -> onRunStage(leg);
        case ScrubStage(var program) -> onScrubStage(program);
        case Prepare prepare -> onPrepare(prepare);
        case Unload(var program, var replyTo) -> {
          bench.unload(program);
          replyTo.tell(new Unloaded(program));
        }
        case Join _, Part _, Reopen _ ->
            throw new IllegalStateException("the device has no part in it");
      }
    } catch (RuntimeException | Error e) {
      bench.close();
      Undone.tell(command, String.valueOf(e.getMessage()));
      post.watchdog().tell(new Watchdog.Ended(post.generation(), command));
      throw e;
    }
    post.watchdog().tell(new Watchdog.Ended(post.generation(), command));
    notices.bytes();
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop || signal instanceof PreRestart) {
      bench.close();
    }
    return this;
  }

  private void onStep(Step step) {
    long startNs = post.nowNs().getAsLong();
    List<Outcome> outcomes = attempt(() -> bench.run(step, drafts));
    long stepNs = post.nowNs().getAsLong() - startNs;
    // The pool first: what the scheduler plans next must find the books of this step closed.
    post.pool().tell(new MemoryPool.StepEnded(step.number(), step.epoch(), outcomes));
    Plan plan = step.plan();
    plan.scheduler().tell(new Scheduler.StepDone(plan.number(), outcomes, stepNs));
  }

  private <T> T attempt(Supplier<T> step) {
    try {
      T outcome = step.get();
      bench.succeeded();
      return outcome;
    } catch (DeviceException e) {
      if (bench.isLost(e.kind() == DeviceException.Kind.LOST)) {
        notices.failed("it is lost: " + e.getMessage());
      }
      throw e;
    }
  }

  private void onRunStage(Relay.Leg leg) {
    Stages.Open stage = bench.stages().get(leg.program());
    leg.relay()
        .tell(
            stage == null || stage.epoch() != leg.epoch()
                ? new Relay.Missed(leg.step())
                : attempt(() -> stage.run(leg)));
  }

  private void onPrepareStage(Stages.Recipe recipe) {
    try {
      notices.stageIsOpen(bench.prepare(recipe));
    } catch (RuntimeException e) {
      recipe.relay().tell(new Relay.StageRefused(recipe.number(), fault(e)));
    }
  }

  /// Why a model cannot be made ready; whatever is wrong with it must not cost those who run here.
  private String fault(RuntimeException e) {
    if (!(e instanceof DeviceException)) {
      getContext().getLog().warn("a model cannot be made ready on {}", post.device(), e);
    }
    return String.valueOf(e.getMessage());
  }

  private void onScrubStage(long program) {
    Stages.Open stage = bench.stages().get(program);
    if (stage != null) {
      notices.stageIsOpen(bench.stages().scrub(stage));
    }
  }

  private void onReset() {
    if (bench.poolBytes() > 0) {
      bench.pool().zero(0, bench.poolBytes());
      bench.nextEpoch();
      notices.poolIsOpen();
    }
  }

  /// The pool first: who hears that the model is ready must find it open.
  private void onPrepare(Prepare prepare) {
    boolean first = bench.poolBytes() == 0;
    Preparation answer;
    try {
      answer = new Ready(bench.prepare(prepare.recipe(), prepare.poolBytes()));
    } catch (RuntimeException e) {
      answer = new Refused(fault(e));
    }
    if (first) {
      notices.poolIsOpen();
    }
    prepare.replyTo().tell(answer);
  }
}
