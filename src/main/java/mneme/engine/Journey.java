package mneme.engine;

import java.util.List;
import java.util.Map;
import mneme.memory.Chore;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/// A step of a split model on its way from stage to stage.
final class Journey {
  private final Route route;
  private final Worker.Step step;
  private final List<List<Chore>> chores;
  private final long startNs;
  private int stage;

  Journey(Route route, Worker.Step step) {
    this.route = route;
    this.step = step;
    startNs = route.nowNs().getAsLong();
    chores = BankView.chores(step.chores(), step.shape());
  }

  boolean isOf(long number) {
    return step.number() == number;
  }

  /// Where it is, or is to go next.
  int stage() {
    return stage;
  }

  void leaveStage() {
    stage++;
  }

  /// What the present stage is to do.
  ///
  /// @param epoch of its bank
  /// @param rows that the stage before ended in
  Relay.Leg leg(
      long epoch, Map<Long, Draft> drafts, float @Nullable [] rows, ActorRef<Relay.Command> relay) {
    return new Relay.Leg(
        step.number(),
        stage,
        route.program(),
        epoch,
        BankView.runs(step.runs(), step.shape(), stage),
        chores.get(stage),
        drafts,
        rows,
        relay);
  }

  /// The pool first: what the scheduler plans next must find the books of this step closed.
  void end(List<Outcome> outcomes) {
    long stepNs = route.nowNs().getAsLong() - startNs;
    route.pool().tell(new MemoryPool.StepEnded(step.number(), step.epoch(), outcomes));
    step.plan().scheduler().tell(new Scheduler.StepDone(step.plan().number(), outcomes, stepNs));
  }

  /// It ends without an outcome: its memory is lost.
  void miss() {
    end(StepRunner.skipped(step.runs()));
  }

  /// A device failed under it.
  void fail(String why) {
    Undone.tell(step, why);
  }
}
