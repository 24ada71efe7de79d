package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.List;
import mneme.device.Batch;
import mneme.device.DeviceContract;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.device.StepSize;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a device says beforehand that a model takes is what its program says afterwards.
abstract class ProgramSizeContract extends DeviceContract {
  private static final int ROWS = 37;
  private static final int OUTPUTS = 11;

  /// What drivers add to an allocation.
  private static final double MOST_PERCENT = 1;

  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void aProgramTakesWhatWasMeasured(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      Graph graph = Architectures.graph(file, 256);
      for (Numerics numerics : Numerics.values()) {
        check(graph, numerics);
      }
    }
  }

  /// Each part of a model, laid out by the plan of the whole.
  @ParameterizedTest
  @MethodSource("mneme.SharedData#models")
  void partsTakeWhatWasMeasured(Path model) {
    try (ModelFile file = ModelFiles.open(model)) {
      Graph graph = Architectures.graph(file, 256);
      List<Cut> cuts = Cut.candidates(graph);
      List<Cut> two = List.of(cuts.getFirst(), cuts.get(cuts.size() / 2));
      Cut.parts(graph, two).forEach(part -> check(part, Numerics.QUANTIZED));
    }
  }

  private void check(Graph graph, Numerics numerics) {
    MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F16), 64);
    boolean everyRow = graph.endsInEveryRow();
    StepSize largest = new StepSize(ROWS, everyRow ? ROWS : OUTPUTS);
    var measured = device.measure(graph, plan, numerics, largest);
    long before = device.allocatedBytes().orElse(0);
    try (Program program = device.prepare(graph, plan, numerics);
        DevicePool pool = device.openPool(Math.max(256, plan.bytes(ROWS)))) {
      Logits logits = new Logits(graph.vocabulary());
      LeaseView memory = packed(plan);
      float[] given = new float[ROWS * graph.givenWidth()];
      Tokens tokens = Tokens.of(new int[ROWS]);
      for (StepSize size : List.of(new StepSize(3, 1), largest, new StepSize(9, 9))) {
        Tokens read = tokens.slice(0, size.rows());
        int outputs = everyRow ? size.rows() : size.outputs();
        Span span = new Span(read, 0, memory, outputs);
        program.run(new Batch(List.of(span), given), pool, logits);
      }
      assertThat(measured.weightBytes()).isPositive().isEqualTo(program.weightBytes());
      assertThat(measured.scratchBytes()).isPositive().isEqualTo(program.scratchBytes());
      long expected = measured.bytes() + pool.bytes();
      device
          .allocatedBytes()
          .ifPresent(
              now -> assertThat(now - before).isCloseTo(expected, withinPercentage(MOST_PERCENT)));
    }
  }

  /// One page of each group, and the states, side by side.
  private static LeaseView packed(MemoryPlan plan) {
    return new LeaseView() {
      @Override
      public long page(int group, int index) {
        return plan.groups().stream().limit(group).mapToLong(MemoryPlan.Group::pageBytes).sum();
      }

      @Override
      public long state(int state) {
        return page(plan.groups().size(), 0)
            + plan.states().stream().limit(state).mapToLong(MemoryPlan.Block::bytes).sum();
      }
    };
  }
}
