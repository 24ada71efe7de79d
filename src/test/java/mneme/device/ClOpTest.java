package mneme.device;

import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The OpenCL kernels keep the contract, on the first OpenCL device of this machine. The device is
/// opened once, as its compiler is slow.
class ClOpTest extends OpContract {
  private static @Nullable Device device;

  @BeforeAll
  static void openOnce() {
    device = GraphicsDevices.openCl();
  }

  @AfterAll
  static void closeOnce() {
    if (device != null) {
      device.close();
    }
  }

  @Override
  protected Device open() {
    return new Lent(java.util.Objects.requireNonNull(device));
  }

  /// A device that outlives its borrower.
  private record Lent(Device device) implements Device {
    @Override
    public DeviceInfo info() {
      return device.info();
    }

    @Override
    public DevicePool openPool(long bytes) {
      return device.openPool(bytes);
    }

    @Override
    public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
      return device.prepare(graph, plan, numerics);
    }

    @Override
    public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
      return device.measure(graph, plan, numerics, largest);
    }

    @Override
    public void close() {}
  }
}
