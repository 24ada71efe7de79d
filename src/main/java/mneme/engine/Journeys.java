package mneme.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// The steps of a split model that are on their way, at most one for each stage, so that its
/// devices work at the same time. They pass every stage in the order in which they set out, and end
/// in that order.
final class Journeys {
  private final int stages;
  private final Deque<Journey> underWay = new ArrayDeque<>();
  private long lastEndNs = Long.MIN_VALUE;

  Journeys(int stages) {
    this.stages = stages;
  }

  boolean isEmpty() {
    return underWay.isEmpty();
  }

  /// Whether a stage is idle that `next` could begin with.
  boolean maySetOut(Worker.Step next) {
    return underWay.size() < stages && underWay.stream().noneMatch(before -> before.feeds(next));
  }

  void setOut(Journey journey) {
    underWay.addLast(journey);
  }

  /// The step if it is on its way.
  Optional<Journey> get(long step) {
    return underWay.stream()
        .filter(journey -> journey.isOf(step) && !journey.hasArrived())
        .findFirst();
  }

  /// A device failed under the step.
  void fail(long step, String why) {
    get(step)
        .ifPresent(journey -> {
          underWay.remove(journey);
          journey.fail(why);
        });
  }

  /// Ends what has arrived and waits for nothing that set out before.
  void endArrived() {
    while (!underWay.isEmpty() && underWay.getFirst().hasArrived()) {
      lastEndNs = underWay.removeFirst().end(lastEndNs);
    }
  }
}
