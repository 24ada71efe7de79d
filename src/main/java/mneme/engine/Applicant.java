package mneme.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import mneme.device.ProgramSize;
import mneme.schedule.Division;
import mneme.schedule.Placement;
import org.jspecify.annotations.Nullable;

/// A model that looks for a device, and what it would take of each.
final class Applicant {
  private final Node.Place place;
  private final Set<String> asked = new HashSet<>();
  private final Map<String, Placement.Size> sizes = new HashMap<>();
  private final Set<String> without;
  private @Nullable Segments segments;

  Applicant(Node.Place place) {
    this.place = place;
    without = new HashSet<>(place.without());
  }

  Node.Place place() {
    return place;
  }

  /// Whether it is known what the model takes of `device`, or that it will not go there.
  boolean knows(String device) {
    return sizes.containsKey(device) || without.contains(device);
  }

  /// True the first time since the device was opened.
  boolean asks(String device) {
    return asked.add(device);
  }

  /// The device was opened again: what it was asked before may be lost.
  void reopened(String device) {
    asked.remove(device);
    if (segments != null) {
      segments.reopened(device);
    }
  }

  /// What it could be divided into; made when first asked for.
  Segments segments() {
    Segments known = segments == null ? new Segments(place.blueprint()) : segments;
    segments = known;
    return known;
  }

  void measured(String device, ProgramSize size) {
    sizes.put(device, new Placement.Size(size.weightBytes(), size.scratchBytes()));
  }

  void cannotGoTo(String device) {
    without.add(device);
  }

  /// Whether these devices together could not take it before.
  boolean isRefusedBy(Division.Divided divided) {
    return without.contains(Splits.id(divided));
  }

  Set<String> without() {
    return without;
  }

  Placement.Demand demand(int chunkTokens) {
    Blueprint blueprint = place.blueprint();
    return new Placement.Demand(
        sizes,
        blueprint.plan(),
        blueprint.model().contextTokens(),
        place.leastTokens(),
        chunkTokens);
  }
}
