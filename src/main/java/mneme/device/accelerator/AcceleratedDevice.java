package mneme.device.accelerator;

import java.util.Optional;
import java.util.OptionalLong;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.probe.Ceiling;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device that computes with the kernels. It keeps activations in f32, but for those that go to
/// matrix units, which [Numerics#QUANTIZED] allows.
public final class AcceleratedDevice implements Device, Ceiling.Finder {
  private final DeviceInfo info;
  private final Accelerator accelerator;
  private final WeightStore weights;

  public AcceleratedDevice(DeviceInfo info, Accelerator accelerator) {
    this.info = info;
    this.accelerator = accelerator;
    this.weights = WeightStore.of(accelerator, info.largestAllocationBytes());
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public DevicePool openPool(long bytes) {
    return new AcceleratedPool(accelerator, bytes, info.partBytes());
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return AcceleratedProgram.prepare(weights, graph, plan, unit(numerics));
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return AcceleratedProgram.measure(graph, plan, largest, unit(numerics));
  }

  private Optional<MatrixUnit> unit(Numerics numerics) {
    return numerics == Numerics.QUANTIZED ? accelerator.matrixUnit() : Optional.empty();
  }

  @Override
  public boolean hasMatrixUnits() {
    return accelerator.matrixUnit().isPresent();
  }

  @Override
  public OptionalLong allocatedBytes() {
    return OptionalLong.of(accelerator.allocatedBytes());
  }

  @Override
  public OptionalLong driverBytes() {
    return accelerator.driverBytes();
  }

  @Override
  public Ceiling ceiling() {
    return new CeilingProbe(accelerator).ceiling(info.largestAllocationBytes());
  }

  @Override
  public void close() {
    accelerator.close();
  }
}
