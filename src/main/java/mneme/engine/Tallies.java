package mneme.engine;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// Counts of one pool by model.
final class Tallies {
  private final TreeMap<Integer, Tally> byModel = new TreeMap<>();

  private static final class Tally {
    long cachedTokens;
    long preemptions;
  }

  void reused(int model, int tokens) {
    of(model).cachedTokens += tokens;
  }

  void preempted(int model) {
    of(model).preemptions++;
  }

  void forget(int model) {
    byModel.remove(model);
  }

  List<MemoryPool.Traffic> traffic(Collection<MemoryPool.Reserve> waiting) {
    waiting.forEach(request -> of(request.model()));
    return byModel.entrySet().stream()
        .map(entry -> traffic(entry.getKey(), entry.getValue(), waiting))
        .toList();
  }

  private static MemoryPool.Traffic traffic(
      int model, Tally tally, Collection<MemoryPool.Reserve> waiting) {
    long waits = waiting.stream().filter(request -> request.model() == model).count();
    return new MemoryPool.Traffic(
        model, Math.toIntExact(waits), tally.cachedTokens, tally.preemptions);
  }

  private Tally of(int model) {
    return byModel.computeIfAbsent(model, _ -> new Tally());
  }
}
