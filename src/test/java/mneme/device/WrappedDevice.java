package mneme.device;

import java.util.OptionalLong;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Another device in everything that a subclass does not change.
public class WrappedDevice implements Device {
  private final Device device;

  public WrappedDevice(Device device) {
    this.device = device;
  }

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
  public boolean hasMatrixUnits() {
    return device.hasMatrixUnits();
  }

  @Override
  public OptionalLong allocatedBytes() {
    return device.allocatedBytes();
  }

  @Override
  public OptionalLong driverBytes() {
    return device.driverBytes();
  }

  @Override
  public void close() {
    device.close();
  }
}
