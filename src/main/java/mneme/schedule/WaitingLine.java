package mneme.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Sequences that wait for memory. Who was preempted goes first, oldest arrival before newer; then
/// the tenants take turns, each in its own order of arrival. A small claim may pass a large one
/// that is short of memory, but only a bounded number of times: then nobody enters before it.
public final class WaitingLine {
  /// One that waits.
  ///
  /// @param arrival order of arrival of the sequence, kept when it comes back after a preemption
  public record Waiter(long sequence, String tenant, long arrival) {}

  private static final class Place {
    final Waiter waiter;
    int passed;

    Place(Waiter waiter) {
      this.waiter = waiter;
    }
  }

  private final int overtakes;
  private final Map<Long, Place> preempted = new HashMap<>();
  private final SequencedMap<String, SequencedMap<Long, Place>> tenants = new LinkedHashMap<>();

  /// @param overtakes how often one that is at the front may be passed
  public WaitingLine(int overtakes) {
    this.overtakes = overtakes;
  }

  public int size() {
    return preempted.size() + tenants.values().stream().mapToInt(Map::size).sum();
  }

  /// A new sequence waits at the end of its tenant's line.
  public void add(Waiter waiter) {
    tenants
        .computeIfAbsent(waiter.tenant(), _ -> new LinkedHashMap<>())
        .put(waiter.sequence(), new Place(waiter));
  }

  /// A sequence that ran before waits before all new ones.
  public void addPreempted(Waiter waiter) {
    preempted.put(waiter.sequence(), new Place(waiter));
  }

  /// A sequence waits no more: its client left.
  public void remove(long sequence) {
    preempted.remove(sequence);
    tenants.values().forEach(line -> line.remove(sequence));
    tenants.values().removeIf(Map::isEmpty);
  }

  /// Whom to try now, in this order: the first who gets memory is told to [#entered]. Behind one
  /// that was passed often enough there is nobody.
  public List<Waiter> candidates() {
    List<Waiter> candidates = new ArrayList<>();
    for (Place place : fronts()) {
      candidates.add(place.waiter);
      if (place.passed >= overtakes) {
        break;
      }
    }
    return candidates;
  }

  /// The preempted by arrival, then the head of each tenant's line, the tenant served last at the
  /// end.
  private List<Place> fronts() {
    List<Place> fronts = new ArrayList<>(preempted.values());
    fronts.sort((a, b) -> Long.compare(a.waiter.arrival(), b.waiter.arrival()));
    tenants.values().forEach(line -> fronts.add(line.firstEntry().getValue()));
    return fronts;
  }

  /// `waiter`, one of the candidates, got its memory. Those who were offered before it were passed,
  /// and its tenant goes to the end.
  public void entered(Waiter waiter) {
    for (Place place : fronts()) {
      if (place.waiter.equals(waiter)) {
        break;
      }
      place.passed++;
    }
    if (preempted.remove(waiter.sequence()) == null) {
      SequencedMap<Long, Place> line = tenants.remove(waiter.tenant());
      if (line != null) {
        line.remove(waiter.sequence());
        if (!line.isEmpty()) {
          tenants.putLast(waiter.tenant(), line);
        }
      }
    }
  }
}
