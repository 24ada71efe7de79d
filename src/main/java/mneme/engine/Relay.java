package mneme.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
/// A step that reads nothing that those before it are to draw sets out as soon as the first stage
/// is done with the one before. If the memory of one stage is lost, that of all others is scrubbed,
/// and then the pool hears that nothing is left.
public final class Relay extends AbstractMatchingBehavior<Relay.Command> {
  public sealed interface Command {}

  /// For the worker that this stands for.
  private record Pass(Worker.Command command) implements Command {}

  /// From a stage's worker, each time the stage's bank is open and scrubbed.
  record StageOpen(int stage, long epoch, long weightBytes) implements Command {}

  /// The device cannot take the stage.
  record StageRefused(int stage, String reason) implements Command {}

  /// A stage has run and ended in these rows.
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
  /// @param drafts of the step's streams; only its last stage adds to those that it draws for
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
  private final Journeys journeys;

  /// The streams by lease.
  private final Map<Long, Draft> drafts = new HashMap<>();

  private final Deque<Worker.Command> queue = new ArrayDeque<>();
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
    journeys = new Journeys(route.stages().size());
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
      case Carried(var step, var rows) ->
          journeys.get(step).ifPresent(journey -> onCarried(journey, rows));
      case Finished(var step, var outcomes) ->
          journeys.get(step).ifPresent(journey -> journey.arrive(outcomes));
      case Missed(var step) -> journeys.get(step).ifPresent(Journey::miss);
      case Broke(var step, var stage, var reason) -> onBroke(step, stage, reason);
      case StageClosed _ -> onClosed();
    }
    goOn();
    return this;
  }

  /// Does what may be done now, in the order in which it was asked for.
  private void goOn() {
    journeys.endArrived();
    reopen();
    answerPreparation();
    while (!queue.isEmpty() && mayBegin(queue.getFirst())) {
      onCommand(queue.removeFirst());
      journeys.endArrived();
    }
  }

  private boolean mayBegin(Worker.Command command) {
    return switch (command) {
      case Worker.Join _, Worker.Part _, Worker.Reopen _ -> true;
      case Worker.Step step -> journeys.maySetOut(step);
      case Worker.Reset _, Worker.Prepare _, Worker.Unload _ -> journeys.isEmpty();
      case Worker.Measure _, Worker.MeasureSegments _ -> true;
      case Worker.PrepareStage _, Worker.RunStage _, Worker.ScrubStage _ -> true;
    };
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
          Worker.ScrubStage _,
          Worker.Reopen _ ->
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
    if (banks.areClean() && journeys.isEmpty()) {
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
    Journey journey = new Journey(route, step, drafts);
    journeys.setOut(journey);
    if (isOpen && step.epoch() == epoch) {
      send(journey, null);
    } else {
      journey.miss();
    }
  }

  private void send(Journey journey, float @Nullable [] rows) {
    banks.written(journey.stage());
    route.run(journey.leg(banks.epoch(journey.stage()), rows, getContext().getSelf()));
  }

  private void onCarried(Journey journey, float[] rows) {
    journey.leaveStage();
    if (isOpen) {
      send(journey, rows);
    } else {
      journey.miss();
    }
  }

  /// The device will open again, and its stage with it.
  private void onBroke(long step, int stage, String reason) {
    banks.broke(stage);
    isOpen = false;
    drafts.clear();
    journeys.fail(step, reason);
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
