package mneme.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mneme.memory.Chore;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/// The worker of a model that is split over several devices: carries each step from the worker of
/// one stage to that of the next, with the rows that the stage before ended in. To the model's pool
/// and scheduler it is a worker like any other.
///
/// One step is on its way at a time, because the next one reads what it draws. If the memory of one
/// stage is lost, that of all others is scrubbed, and then the pool hears that nothing is left.
public final class Relay extends AbstractMatchingBehavior<Relay.Command> {
  public sealed interface Command {}

  /// For the worker that this stands for.
  private record Pass(Worker.Command command) implements Command {}

  /// From a stage's worker, each time the stage's bank is open and scrubbed.
  record StageOpen(int stage, long epoch, long weightBytes) implements Command {}

  /// The device cannot take the stage.
  record StageRefused(int stage, String reason) implements Command {}

  /// A stage has run and ended in these rows; they are valid until it runs again.
  record Carried(long step, float[] rows) implements Command {}

  /// The last stage has run.
  record Finished(long step, List<Outcome> outcomes) implements Command {}

  /// A stage has not run, because its memory is of another opening.
  record Missed(long step) implements Command {}

  /// The device failed while it ran a stage; it will be opened again.
  record Broke(long step, int stage, String reason) implements Command {}

  /// Nothing of a stage is left on its device.
  private record StageClosed() implements Command {}

  /// One stage's share of a step.
  ///
  /// @param stage its number
  /// @param epoch of the bank that the addresses are of
  /// @param drafts of the model; nobody else has them until the stage has answered
  /// @param rows that the stage before ended in
  record Leg(
      long step,
      int stage,
      long program,
      long epoch,
      List<Run> runs,
      List<Chore> chores,
      Map<Long, Draft> drafts,
      float @Nullable [] rows,
      ActorRef<Command> relay) {}

  private final Route route;
  private final Banks banks;

  /// The streams by lease. A device that does not come back keeps those that it was given.
  private Map<Long, Draft> drafts = new HashMap<>();

  private final Deque<Worker.Command> queue = new ArrayDeque<>();
  private @Nullable Journey journey;
  private Worker.@Nullable Prepare preparing;
  private Worker.@Nullable Unload unloading;
  private String refusal = "";
  private long epoch;
  private int closed;

  /// Whether the pool knows of the present epoch, and nothing has been lost since.
  private boolean isOpen;

  /// Takes the commands of a worker.
  static Behavior<Worker.Command> create(Route route) {
    Behavior<Command> behavior =
        Contained.contain(Command.class, Behaviors.setup(context -> new Relay(context, route)));
    return Behaviors.transformMessages(
        Worker.Command.class,
        behavior,
        matching -> matching.match(Worker.Command.class, Pass::new));
  }

  private Relay(ActorContext<Command> context, Route route) {
    super(context);
    this.route = route;
    banks = new Banks(route.stages().size());
    epoch = Station.firstEpoch(route.number());
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Pass(var passed) -> queue.add(passed);
      case StageOpen(var stage, var opened, var weightBytes) -> {
        banks.opened(stage, opened, weightBytes);
        isOpen = false;
      }
      case StageRefused(var stage, var reason) -> {
        banks.refused(stage);
        refusal = "%s: %s".formatted(route.stages().get(stage).device(), reason);
      }
      case Carried(var step, var rows) when isOnItsWay(step) -> onCarried(rows);
      case Finished(var step, var outcomes) when isOnItsWay(step) -> take().end(outcomes);
      case Missed(var step) when isOnItsWay(step) -> take().miss();
      case Broke(var step, var stage, var reason) -> onBroke(step, stage, reason);
      case Carried _, Finished _, Missed _ -> {}
      case StageClosed _ -> onClosed();
    }
    reopen();
    answerPreparation();
    while (journey == null && !queue.isEmpty()) {
      onCommand(queue.removeFirst());
    }
    return this;
  }

  private boolean isOnItsWay(long step) {
    return journey != null && journey.isOf(step);
  }

  private void onCommand(Worker.Command command) {
    switch (command) {
      case Worker.Join(var lease, var known, var drawing) ->
          drafts.put(lease, new Draft(known, drawing));
      case Worker.Part(var lease) -> drafts.remove(lease);
      case Worker.Step step -> onStep(step);
      case Worker.Prepare prepare -> onPrepare(prepare);
      case Worker.Unload unload -> onUnload(unload);
      case Worker.Reset _ -> {
        isOpen = false;
        reopen();
      }
      case Worker.Measure _,
          Worker.MeasureSegments _,
          Worker.PrepareStage _,
          Worker.RunStage _,
          Worker.ScrubStage _ ->
          getContext().getLog().warn("a relay is no device and does not answer {}", command);
    }
  }

  private void onPrepare(Worker.Prepare prepare) {
    preparing = prepare;
    route.prepare(prepare.recipe().numerics(), getContext().getSelf());
  }

  /// Who hears that the model is ready finds its pool open.
  private void answerPreparation() {
    if (preparing != null && banks.haveAllAnswered()) {
      preparing
          .replyTo()
          .tell(
              refusal.isEmpty()
                  ? new Worker.Ready(banks.weightBytes())
                  : new Worker.Refused(refusal));
      preparing = null;
    }
  }

  /// Scrubs what was written; when every bank is clean, tells the pool.
  private void reopen() {
    if (isOpen || unloading != null || !refusal.isEmpty() || !banks.haveAllAnswered()) {
      return;
    }
    banks.takeWritten().forEach(route::scrub);
    if (banks.areClean() && journey == null) {
      isOpen = true;
      epoch++;
      ActorRef<Worker.Command> front =
          getContext().getSelf().<Object>unsafeUpcast().<Worker.Command>narrow();
      route
          .pool()
          .tell(new MemoryPool.DeviceReady(epoch, route.banks(), List.of(route.plan()), front));
    }
  }

  private void onStep(Worker.Step step) {
    Journey begun = new Journey(route, step);
    journey = begun;
    if (isOpen && step.epoch() == epoch) {
      send(begun, null);
    } else {
      take().miss();
    }
  }

  private void send(Journey on, float @Nullable [] rows) {
    banks.written(on.stage());
    route.run(on.leg(banks.epoch(on.stage()), drafts, rows, getContext().getSelf()));
  }

  private void onCarried(float[] rows) {
    Journey on = Objects.requireNonNull(journey);
    on.leaveStage();
    if (isOpen) {
      send(on, rows);
    } else {
      take().miss();
    }
  }

  /// The step that is on its way is not any more.
  private Journey take() {
    Journey ended = Objects.requireNonNull(journey);
    journey = null;
    return ended;
  }

  /// The device will open again, and its stage with it.
  private void onBroke(long step, int stage, String reason) {
    banks.broke(stage);
    isOpen = false;
    drafts = new HashMap<>();
    if (isOnItsWay(step)) {
      take().fail(reason);
    }
  }

  private void onUnload(Worker.Unload unload) {
    if (unloading != null) {
      return;
    }
    unloading = unload;
    isOpen = false;
    route.unload(getContext().messageAdapter(Worker.Unloaded.class, _ -> new StageClosed()));
  }

  private void onClosed() {
    closed++;
    if (unloading != null && closed == route.stages().size()) {
      unloading.replyTo().tell(new Worker.Unloaded(route.program()));
      route.node().tell(new Node.Disbanded(route.number()));
    }
  }
}
