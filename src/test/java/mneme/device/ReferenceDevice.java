package mneme.device;

import java.util.Optional;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// The oracle: every op in plain double precision, scalar loops, obviously right and never
/// optimised. It knows no rounding of activations, so [Numerics] makes no difference to it.
public final class ReferenceDevice implements Device {
  @Override
  public DeviceInfo info() {
    long bytes = Runtime.getRuntime().maxMemory();
    return new DeviceInfo(
        "reference",
        DeviceInfo.Kind.HOST,
        "reference",
        "test",
        bytes,
        bytes,
        Integer.MAX_VALUE,
        true,
        Optional.empty());
  }

  @Override
  public DevicePool openPool(long bytes) {
    return new ReferencePool(Math.toIntExact(bytes));
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new ReferenceProgram(graph, plan);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return new ProgramSize(0, 0);
  }

  @Override
  public void close() {}
}
