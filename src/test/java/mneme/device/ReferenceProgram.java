package mneme.device;

import java.util.IdentityHashMap;
import java.util.Map;
import mneme.format.Decoder;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A graph on the [ReferenceDevice]; tensors are decoded to f32 once.
final class ReferenceProgram implements Program {
  private final Graph graph;
  private final MemoryPlan plan;
  private final Map<Tensor, float[]> decoded = new IdentityHashMap<>();

  ReferenceProgram(Graph graph, MemoryPlan plan) {
    this.graph = graph;
    this.plan = plan;
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    Edges.of(graph).check(batch);
    var step = new ReferenceStep(graph, plan, batch, pool, this::weights);
    graph.ops().forEach(step::run);
    double[][] rows = step.value(graph.logits());
    float[] out = logits.reserve(rows.length);
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < graph.vocabulary(); i++) {
        out[r * graph.vocabulary() + i] = (float) rows[r][i];
      }
    }
  }

  private float[] weights(Tensor tensor) {
    return decoded.computeIfAbsent(tensor, Decoder::all);
  }

  @Override
  public long weightBytes() {
    return decoded.values().stream().mapToLong(weights -> 4L * weights.length).sum();
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
