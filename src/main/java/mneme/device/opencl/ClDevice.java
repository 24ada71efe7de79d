package mneme.device.opencl;

import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device behind OpenCL. It keeps activations in f32 whatever the numerics.
public final class ClDevice implements Device {
  private final DeviceInfo info;
  private final ClQueue queue;
  private final ClKernels kernels;

  private ClDevice(DeviceInfo info, ClQueue queue) {
    this.info = info;
    this.queue = queue;
    this.kernels = new ClKernels(queue);
  }

  /// @param id as discovery gives it, such as `opencl:0`
  /// @throws DeviceException kind LOST if there is no such device
  public static ClDevice open(String id) {
    return ClDiscovery.devices().stream()
        .filter(device -> device.found().info().id().equals(id))
        .findFirst()
        .map(device ->
            new ClDevice(device.found().info(), new ClQueue(device.platform(), device.device())))
        .orElseThrow(
            () -> new DeviceException(DeviceException.Kind.LOST, "there is no device " + id));
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public DevicePool openPool(long bytes) {
    return new ClPool(queue, bytes);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new ClProgram(queue, kernels, graph, plan);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return ClProgram.measure(graph, largest);
  }

  @Override
  public void close() {
    kernels.close();
    queue.close();
  }
}
