package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mneme.SharedData;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;
import mneme.model.Architectures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What may run side by side does not meet: neither in memory nor in the scratch.
class StagesTest {
  /// Columns of the scratch.
  private record Place(int from, int to) {
    boolean meets(Place other) {
      return from < other.to && other.from < to;
    }
  }

  private record Use(Op op, List<Place> reads, List<Place> writes) {
    static Use of(Op op, ScratchPlan plan) {
      List<Place> writes = new ArrayList<>(List.of(place(op.out(), plan)));
      int work = ScratchPlan.workWidth(op);
      if (work > 0) {
        writes.add(new Place(plan.workColumn(op), plan.workColumn(op) + work));
      }
      return new Use(op, Wires.inputs(op).stream().map(in -> place(in, plan)).toList(), writes);
    }

    private static Place place(Value value, ScratchPlan plan) {
      return new Place(plan.column(value), plan.column(value) + value.width());
    }

    boolean meets(Use other) {
      return meet(writes, other.writes)
          || meet(writes, other.reads)
          || meet(reads, other.writes)
          || shareMemory(op, other.op);
    }

    private static boolean meet(List<Place> some, List<Place> others) {
      return some.stream().anyMatch(place -> others.stream().anyMatch(place::meets));
    }

    private static boolean shareMemory(Op op, Op other) {
      if (!(op instanceof Op.Stateful a) || !(other instanceof Op.Stateful b)) {
        return false;
      }
      return a.need() == b.need() || a instanceof Op.Attention && b instanceof Op.Attention;
    }
  }

  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void whatRunsSideBySideDoesNotMeet(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      Graph graph = Architectures.graph(file, 256);
      Stages stages = new Stages(graph);
      ScratchPlan plan = new ScratchPlan(graph, stages);
      List<Use> together = new ArrayList<>();
      List<Op> ops = stages.ops();
      assertThat(ops).containsExactlyInAnyOrderElementsOf(graph.ops());
      for (int i = 0; i < ops.size(); i++) {
        if (stages.begins(i)) {
          together.clear();
        }
        Use use = Use.of(ops.get(i), plan);
        assertThat(together).as("beside %s", use.op()).noneMatch(use::meets);
        together.add(use);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void whatIsReadWasMadeInAnEarlierStage(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      Graph graph = Architectures.graph(file, 256);
      Stages stages = new Stages(graph);
      Set<Value> made = new HashSet<>();
      List<Value> making = new ArrayList<>();
      Map<Integer, Integer> touched = new HashMap<>();
      boolean isLessRows = false;
      List<Op> ops = stages.ops();
      for (int i = 0; i < ops.size(); i++) {
        Op op = ops.get(i);
        if (stages.begins(i)) {
          made.addAll(making);
        }
        assertThat(made).as("made before %s", op).containsAll(Wires.inputs(op));
        making.add(op.out());
        int place = graph.ops().indexOf(op);
        if (op instanceof Op.Stateful memory) {
          assertThat(touched.getOrDefault(memory.need(), -1)).isLessThan(place);
          touched.put(memory.need(), place);
        }
        isLessRows |= op instanceof Op.OutputRows;
        assertThat(isLessRows).isEqualTo(place >= outputRows(graph));
      }
    }
  }

  private static int outputRows(Graph graph) {
    int at = 0;
    while (!(graph.ops().get(at) instanceof Op.OutputRows)) {
      at++;
    }
    return at;
  }

  @Test
  void queriesKeysAndValuesAreMadeSideBySide() {
    Path model = SharedData.path("goldens/llama/model.gguf");
    try (ModelFile file = ModelFiles.open(model)) {
      Stages stages = new Stages(Architectures.graph(file, 256));
      int first = 0;
      while (!(stages.ops().get(first) instanceof Op.MatMul)) {
        first++;
      }
      assertThat(stages.begins(first)).isTrue();
      assertThat(stages.ops().get(first + 1)).isInstanceOf(Op.MatMul.class);
      assertThat(stages.begins(first + 1)).isFalse();
      assertThat(stages.begins(first + 2)).isFalse();
    }
  }
}
