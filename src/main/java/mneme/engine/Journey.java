package mneme.engine;

import java.util.HashMap;
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

  /// The streams that it carries, by lease: every stage sees the same ones.
  private final Map<Long, Draft> drafts = new HashMap<>();

  private final long startNs;
  private int stage;

  /// What came of it; null while it is on its way.
  private @Nullable List<Outcome> outcomes;

  /// @param all streams of the model
  Journey(Route route, Worker.Step step, Map<Long, Draft> all) {
    this.route = route;
    this.step = step;
    startNs = route.nowNs().getAsLong();
    chores = BankView.chores(step.chores(), step.shape());
    for (Run run : step.runs()) {
      Draft draft = all.get(run.lease());
      if (draft != null) {
        drafts.put(run.lease(), draft);
      }
    }
  }

  boolean isOf(long number) {
    return step.number() == number;
  }

  /// Whether `next` reads a token that this step is to draw.
  boolean feeds(Worker.Step next) {
    return step.runs().stream()
        .filter(run -> run.slice().draws())
        .anyMatch(drawing ->
            next.runs().stream().anyMatch(reading -> reading.lease() == drawing.lease()));
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
  Relay.Leg leg(long epoch, float @Nullable [] rows, ActorRef<Relay.Command> relay) {
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

  void arrive(List<Outcome> what) {
    outcomes = what;
  }

  /// It arrives without an outcome: its memory is lost.
  void miss() {
    arrive(StepRunner.skipped(step.runs()));
  }

  boolean hasArrived() {
    return outcomes != null;
  }

  /// Says what came of it. The pool first: what the scheduler plans next must find the books of
  /// this step closed.
  ///
  /// @param freeNs when the one before ended; the time in which it ran beside that is that one's
  /// @return when it ended
  long end(long freeNs) {
    List<Outcome> told = outcomes == null ? List.of() : outcomes;
    long endNs = route.nowNs().getAsLong();
    long stepNs = endNs - Math.max(startNs, freeNs);
    route.pool().tell(new MemoryPool.StepEnded(step.number(), step.epoch(), told));
    step.plan().scheduler().tell(new Scheduler.StepDone(step.plan().number(), told, stepNs));
    return endNs;
  }

  /// A device failed under it.
  void fail(String why) {
    Undone.tell(step, why);
  }
}
