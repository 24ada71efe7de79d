package mneme.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/// Stands before the worker of one device, and replaces a worker that does not come back.
///
/// A device call that never returns holds its thread for ever. After some patience the device
/// counts as lost: another worker, with a thread of its own, opens the device again, in other
/// memory and under a later epoch. The old one is left alone with all that it has open, because it
/// may still write there; should it come back, it closes that and stops, and nobody listens to what
/// it says.
public final class Watchdog extends AbstractMatchingBehavior<Watchdog.Command> {
  public sealed interface Command {}

  /// For the worker.
  private record Pass(Worker.Command command) implements Command {}

  /// From a worker: its device is busy with something that is to be answered.
  record Began(long generation, Worker.Command with) implements Command {}

  /// From a worker: that has been answered.
  record Ended(long generation, Worker.Command with) implements Command {}

  private enum Look implements Command {
    NOW
  }

  /// What a worker is made from, again and again.
  ///
  /// @param device its id
  record Staff(
      String device,
      ActorRef<MemoryPool.Command> pool,
      ActorRef<Node.Command> node,
      EngineSettings settings,
      LongSupplier nowNs) {
    /// With one step, one reset or one unloading; loading takes what it takes.
    Duration patience() {
      return settings.stepPatience();
    }
  }

  private final TimerScheduler<Command> timers;
  private final Staff staff;
  private final Deque<Worker.Command> given = new ArrayDeque<>();
  private Workbench bench;
  private ActorRef<Worker.Command> worker;
  private long generation;
  private @Nullable Long busySinceNs;

  /// What the device has been busy with since then.
  private Worker.@Nullable Command busyWith;

  /// Takes the worker's commands.
  static Behavior<Worker.Command> create(Workbench bench, Staff staff) {
    Behavior<Command> behavior =
        Behaviors.setup(
            context -> Behaviors.withTimers(timers -> new Watchdog(context, timers, bench, staff)));
    return Behaviors.transformMessages(
        Worker.Command.class,
        behavior,
        matching -> matching.match(Worker.Command.class, Pass::new));
  }

  private Watchdog(
      ActorContext<Command> context, TimerScheduler<Command> timers, Workbench bench, Staff staff) {
    super(context);
    this.timers = timers;
    this.bench = bench;
    this.staff = staff;
    worker = hire();
  }

  private ActorRef<Worker.Command> hire() {
    generation++;
    ActorRef<Worker.Command> front =
        getContext().getSelf().<Object>unsafeUpcast().<Worker.Command>narrow();
    Worker.Post post =
        new Worker.Post(
            staff.device(),
            staff.pool(),
            staff.node(),
            front,
            getContext().getSelf(),
            generation,
            staff.nowNs());
    return getContext()
        .spawn(
            Worker.create(bench, post, staff.settings().firstBackoff()),
            "thread-" + generation,
            DispatcherSelector.fromConfig("mneme.engine.worker-dispatcher"));
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Pass(var passed) -> pass(passed);
      case Began(var of, var with) when of == generation -> onBegan(with);
      case Ended(var of, var with) when of == generation -> {
        busySinceNs = null;
        take(with);
      }
      case Began _, Ended _ -> {}
      case Look _ -> look();
    }
    return this;
  }

  private void pass(Worker.Command command) {
    switch (command) {
      case Worker.Step _, Worker.Reset _, Worker.Measure _, Worker.Prepare _, Worker.Unload _ ->
          given.add(command);
      case Worker.MeasureSegments _,
          Worker.PrepareStage _,
          Worker.RunStage _,
          Worker.ScrubStage _ ->
          given.add(command);
      case Worker.Join _, Worker.Part _, Worker.Reopen _ -> {}
    }
    worker.tell(command);
  }

  /// Mostly the oldest: a worker whose device is closed answers out of turn.
  private void take(Worker.Command answered) {
    for (Iterator<Worker.Command> all = given.iterator(); all.hasNext(); ) {
      if (all.next() == answered) {
        all.remove();
        return;
      }
    }
  }

  private void onBegan(Worker.Command with) {
    if (isLoading(with)) {
      return;
    }
    busyWith = with;
    busySinceNs = staff.nowNs().getAsLong();
    if (!timers.isTimerActive(Look.NOW)) {
      timers.startSingleTimer(Look.NOW, staff.patience());
    }
  }

  private static boolean isLoading(Worker.Command command) {
    return switch (command) {
      case Worker.Prepare _, Worker.PrepareStage _, Worker.Measure _, Worker.MeasureSegments _ ->
          true;
      case Worker.Step _,
          Worker.RunStage _,
          Worker.Reset _,
          Worker.ScrubStage _,
          Worker.Unload _,
          Worker.Join _,
          Worker.Part _,
          Worker.Reopen _ ->
          false;
    };
  }

  private void look() {
    if (busySinceNs == null || busyWith == null) {
      return;
    }
    Duration busy = Duration.ofNanos(staff.nowNs().getAsLong() - busySinceNs);
    if (busy.compareTo(staff.patience()) < 0) {
      timers.startSingleTimer(Look.NOW, staff.patience().minus(busy));
    } else {
      replace(busyWith);
    }
  }

  /// Who waits in the dead worker's queue is served by the next one, to whom the steps among it are
  /// void.
  private void replace(Worker.Command stuck) {
    getContext().getLog().error("a device does not come back; it is opened again elsewhere");
    getContext().stop(worker);
    busySinceNs = null;
    bench = bench.successor();
    worker = hire();
    String reason = "no answer within " + staff.patience();
    switch (stuck) {
      case Worker.Step _, Worker.RunStage _ -> {
        take(stuck);
        Undone.tell(stuck, reason);
      }
      case Worker.Reset _, Worker.ScrubStage _, Worker.Unload _ -> {}
      case Worker.Prepare _, Worker.PrepareStage _ -> {}
      case Worker.Measure _, Worker.MeasureSegments _ -> {}
      case Worker.Join _, Worker.Part _, Worker.Reopen _ -> {}
    }
    List.copyOf(given).forEach(worker::tell);
  }
}
