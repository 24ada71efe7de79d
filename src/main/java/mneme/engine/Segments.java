package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import mneme.device.ProgramSize;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.MemoryPlan;
import mneme.schedule.Division;
import mneme.schedule.Placement;

/// A model in segments, stretches of layers between two places where it may be cut, and what each
/// takes of each device.
final class Segments {
  private final Graph graph;
  private final MemoryPlan plan;
  private final List<Cut> cuts;
  private final List<Graph> graphs;
  private final Set<String> asked = new HashSet<>();
  private final Map<String, List<ProgramSize>> sizes = new HashMap<>();

  Segments(Blueprint blueprint) {
    graph = blueprint.graph();
    plan = blueprint.plan();
    cuts = Cut.candidates(graph);
    graphs = Cut.parts(graph, cuts);
  }

  List<Graph> graphs() {
    return graphs;
  }

  boolean isOne() {
    return cuts.isEmpty();
  }

  /// True the first time since the device was opened.
  boolean asks(String device) {
    return asked.add(device);
  }

  /// The device was opened again: what it was asked before may be lost.
  void reopened(String device) {
    asked.remove(device);
  }

  boolean knows(String device) {
    return sizes.containsKey(device);
  }

  /// @param each of a segment on `device`; none if it cannot run them
  void measured(String device, List<ProgramSize> each) {
    sizes.put(device, List.copyOf(each));
  }

  /// What is known of the model, for a division among the devices that have answered.
  Division.Demand demand(Placement.Demand whole) {
    List<Map<String, Placement.Size>> segments = new ArrayList<>();
    for (int i = 0; i < graphs.size(); i++) {
      Map<String, Placement.Size> onDevices = new HashMap<>();
      for (Map.Entry<String, List<ProgramSize>> on : sizes.entrySet()) {
        if (i < on.getValue().size()) {
          ProgramSize size = on.getValue().get(i);
          onDevices.put(on.getKey(), new Placement.Size(size.weightBytes(), size.scratchBytes()));
        }
      }
      segments.add(onDevices);
    }
    return new Division.Demand(
        segments, this::plan, whole.contextTokens(), whole.leastTokens(), whole.chunkTokens());
  }

  /// The memory plan of the parts that end behind these segments, with a bank for each.
  private MemoryPlan plan(List<Integer> ends) {
    int[] banks = new int[graph.needs().size()];
    List<Graph> parts = parts(ends);
    for (int part = 0; part < parts.size(); part++) {
      for (Op op : parts.get(part).ops()) {
        if (op instanceof Op.Stateful stateful) {
          banks[stateful.need()] = part;
        }
      }
    }
    return MemoryPlan.of(graph.needs(), plan.encoding(), plan.pageTokens(), need -> banks[need]);
  }

  /// @param ends segments behind which each part ends
  List<Graph> parts(List<Integer> ends) {
    return Cut.parts(
        graph,
        IntStream.range(0, ends.size() - 1)
            .mapToObj(part -> Objects.requireNonNull(cuts.get(ends.get(part) - 1)))
            .toList());
  }
}
