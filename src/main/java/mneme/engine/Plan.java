package mneme.engine;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/// What a scheduler wants its next step to do.
///
/// @param number counts this scheduler's plans
/// @param program number of the loaded model at its worker
record Plan(long number, long program, List<Slice> slices, ActorRef<Scheduler.Command> scheduler) {
  Plan {
    slices = List.copyOf(slices);
  }
}
