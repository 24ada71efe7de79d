package mneme.engine;

import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/// A worker whose device is not open, and becomes a [Worker] when it opens. It tries again after a
/// while, doubled each time. Whoever can be answered without the device is, so that models may
/// leave it; the rest waits. A device that must not be used is not tried again, and nobody waits
/// for it.
final class ClosedDevice extends AbstractMatchingBehavior<Worker.Command> {
  private static final int MOST_DOUBLINGS = 6;

  private final Workbench bench;
  private final Worker.Post post;
  private final Duration firstBackoff;
  private final Notices notices;
  private final TimerScheduler<Worker.Command> timers;
  private final StashBuffer<Worker.Command> stash;
  private int attempts;
  private String why = "";
  private boolean isGone;

  /// @param firstBackoff wait before the second attempt
  static Behavior<Worker.Command> create(
      Workbench bench, Worker.Post post, Duration firstBackoff, StashBuffer<Worker.Command> stash) {
    return Behaviors.withTimers(timers ->
        Behaviors.setup(
            context -> new ClosedDevice(context, bench, post, firstBackoff, timers, stash).open()));
  }

  private ClosedDevice(
      ActorContext<Worker.Command> context,
      Workbench bench,
      Worker.Post post,
      Duration firstBackoff,
      TimerScheduler<Worker.Command> timers,
      StashBuffer<Worker.Command> stash) {
    super(context);
    this.bench = bench;
    this.post = post;
    this.firstBackoff = firstBackoff;
    this.timers = timers;
    this.stash = stash;
    notices = new Notices(bench, post);
  }

  private Behavior<Worker.Command> open() {
    try {
      notices.open();
    } catch (UnusableDeviceException e) {
      why = "%s is not used any more: %s".formatted(post.device(), e.getMessage());
      isGone = true;
      stash.forEach(this::refuse);
      stash.clear();
      return this;
    } catch (RuntimeException | LinkageError e) {
      why = "%s does not open: %s".formatted(post.device(), e.getMessage());
      Duration backoff = firstBackoff.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
      getContext().getLog().warn("{}; it is tried again in {}", why, backoff, e);
      attempts++;
      timers.startSingleTimer(Worker.Reopen.NOW, backoff);
      return this;
    }
    return stash.unstashAll(new Worker(getContext(), bench, post, notices));
  }

  @Override
  public Behavior<Worker.Command> onMessage(Worker.Command command) {
    switch (command) {
      case Worker.Reopen _ -> {
        return open();
      }
      case Worker.Unload(var program, _) -> onUnload(program, command);
      // What was made ready behind an unloading that did not wait would stay for ever.
      case Worker.Prepare _, Worker.PrepareStage _, Worker.RunStage _ -> refuse(command);
      case Worker.Step _, Worker.Reset _, Worker.ScrubStage _ -> await(command);
      case Worker.Measure _, Worker.MeasureSegments _ -> await(command);
      case Worker.Join _, Worker.Part _ -> await(command);
    }
    return this;
  }

  /// Nothing refers to the program's file from now on. The pool is let go of in its turn, behind
  /// the steps that were to use it.
  private void onUnload(long program, Worker.Command command) {
    bench.forget(program);
    refuse(command);
    if (!isGone) {
      stash.stash(new Worker.Unload(program, getContext().getSystem().ignoreRef()));
    }
  }

  private void await(Worker.Command command) {
    if (isGone) {
      refuse(command);
    } else {
      stash.stash(command);
    }
  }

  /// Steps are not called failed, which would put the blame on who is in them: they touch memory
  /// that is lost, and their hosts have heard of it.
  private void refuse(Worker.Command command) {
    switch (command) {
      case Worker.RunStage(var leg) -> leg.relay().tell(new Relay.Missed(leg.step()));
      case Worker.Step _ -> {}
      case Worker.Prepare _, Worker.PrepareStage _, Worker.Unload _ -> Undone.tell(command, why);
      case Worker.Measure _, Worker.MeasureSegments _ -> Undone.tell(command, why);
      case Worker.Reset _, Worker.ScrubStage _ -> Undone.tell(command, why);
      case Worker.Join _, Worker.Part _, Worker.Reopen _ -> {}
    }
    post.watchdog().tell(new Watchdog.Ended(post.generation(), command));
  }
}
