package mneme.device.host;

import java.util.Optional;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.HostInfo;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.host.machine.Workers;
import mneme.device.probe.Ceiling;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.MemoryPlan;

/// The CPU, with as many threads as told.
public final class HostDevice implements Device, Ceiling.Finder {
  private final Workers workers;
  private final WeightStore weights;
  private final boolean warms;
  private final Optional<OpTimes> times;

  public HostDevice() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /// @param threads threads that compute, the calling one among them
  public HostDevice(int threads) {
    this(threads, false, Optional.empty());
  }

  /// A host that runs a program for at most about a second while it makes it ready, so that its
  /// first step does not wait for the compiler.
  public static HostDevice warming(int threads) {
    return new HostDevice(threads, true, Optional.empty());
  }

  /// @param times where to note the time of each op
  public HostDevice(int threads, OpTimes times) {
    this(threads, false, Optional.of(times));
  }

  private HostDevice(int threads, boolean warms, Optional<OpTimes> times) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + ", wanted at least 1");
    }
    workers = new Workers(threads);
    weights = WeightStore.of(workers);
    this.warms = warms;
    this.times = times;
  }

  @Override
  public DeviceInfo info() {
    return HostInfo.read(workers.count());
  }

  @Override
  public DevicePool openPool(long bytes) {
    long total = info().totalBytes();
    if (bytes > total) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "a pool of %d bytes was asked for; this machine has %d".formatted(bytes, total));
    }
    return new HostPool(bytes);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    Setting setting = new Setting(graph, plan, numerics, weights);
    HostProgram program = new HostProgram(setting, op -> kernel(op, setting));
    if (warms) {
      warm(program, new WarmUp(graph, plan));
    }
    return program;
  }

  private static void warm(HostProgram program, WarmUp warmUp) {
    try {
      program.warmUp(warmUp);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  private Kernel kernel(Op op, Setting setting) {
    Kernel kernel = Kernels.of(op, setting);
    return times.map(noted -> noted.of(op, kernel)).orElse(kernel);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    Setting setting = new Setting(graph, plan, numerics, WeightStore.empty(workers));
    return HostProgram.measure(setting, largest);
  }

  @Override
  public Ceiling ceiling() {
    return new HostCeiling(workers).ceiling();
  }

  @Override
  public void close() {
    workers.close();
  }
}
