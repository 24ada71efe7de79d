package mneme.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.memory.Chore;
import org.jspecify.annotations.Nullable;

/// The steps of a split model that are on their way, at most one for each stage, so that its
/// devices work at the same time. They pass every stage in the order in which they set out, and
/// arrive in that order.
final class Journeys {
  /// One step.
  static final class Journey {
    final Worker.Step step;

    /// The streams that it carries, by lease: every stage sees the same ones.
    final Map<Long, Draft> drafts = new HashMap<>();

    /// For each stage.
    final List<List<Chore>> chores;

    final long startNs;

    /// The stage that it is at.
    int stage;

    /// What came of it; null while it is on its way.
    private @Nullable List<Outcome> outcomes;

    Journey(Worker.Step step, Map<Long, Draft> all, long startNs) {
      this.step = step;
      this.startNs = startNs;
      chores = BankView.chores(step.chores(), step.shape());
      for (Run run : step.runs()) {
        Draft draft = all.get(run.lease());
        if (draft != null) {
          drafts.put(run.lease(), draft);
        }
      }
    }

    boolean hasArrived() {
      return outcomes != null;
    }

    /// Whether `next` reads a token that this step is to draw.
    private boolean feeds(Worker.Step next) {
      return step.runs().stream()
          .filter(run -> run.slice().draws())
          .anyMatch(drawing ->
              next.runs().stream().anyMatch(reading -> reading.lease() == drawing.lease()));
    }
  }

  /// A step that is over, and what came of it.
  record Arrival(Journey journey, List<Outcome> outcomes) {}

  private final int stages;
  private final Deque<Journey> underWay = new ArrayDeque<>();

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
        .filter(journey -> journey.step.number() == step && !journey.hasArrived())
        .findFirst();
  }

  void arrived(Journey journey, List<Outcome> outcomes) {
    journey.outcomes = outcomes;
  }

  /// It ends without a word.
  void forget(Journey journey) {
    underWay.remove(journey);
  }

  /// The first that set out, if it has arrived; it is forgotten.
  Optional<Arrival> pollArrival() {
    Journey first = underWay.peekFirst();
    if (first == null || first.outcomes == null) {
      return Optional.empty();
    }
    underWay.removeFirst();
    return Optional.of(new Arrival(first, first.outcomes));
  }
}
