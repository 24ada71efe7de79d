package mneme.device;

import java.util.List;
import java.util.stream.Stream;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// What the ops of a graph touch of the memory that a plan lays out, perhaps for more than them.
///
/// @param groups indices into [MemoryPlan#groups()], each once
/// @param states indices into [MemoryPlan#states()]
public record Reach(List<Integer> groups, List<Integer> states) {
  public static Reach of(Graph graph, MemoryPlan plan) {
    List<MemoryPlan.Place> places = graph.neededHere().stream().map(plan.places()::get).toList();
    return new Reach(
        only(places, MemoryPlan.Place.InPage.class)
            .map(MemoryPlan.Place.InPage::group)
            .distinct()
            .toList(),
        only(places, MemoryPlan.Place.InBlock.class).map(MemoryPlan.Place.InBlock::state).toList());
  }

  private static <P> Stream<P> only(List<MemoryPlan.Place> places, Class<P> kind) {
    return places.stream().filter(kind::isInstance).map(kind::cast);
  }
}
