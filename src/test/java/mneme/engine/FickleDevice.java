package mneme.engine;

import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device that is lost at a step of the test's choice, in the middle of it, and does not open
/// again before it is told to. It may claim weights of any size.
final class FickleDevice implements Device {
  private final Switch power;
  private final Device device;

  /// What outlives the openings of a device.
  static final class Switch {
    private volatile long stepsLeft = Long.MAX_VALUE;
    volatile long steps;
    volatile long weightBytes;

    /// The device runs so many steps more and is lost in the next.
    void cutAfter(long moreSteps) {
      stepsLeft = moreSteps;
    }

    void restore() {
      stepsLeft = Long.MAX_VALUE;
    }

    private void check() {
      if (stepsLeft <= 0) {
        throw new DeviceException(DeviceException.Kind.LOST, "the test has cut the power");
      }
    }
  }

  FickleDevice(Switch power, Device device) {
    power.check();
    this.power = power;
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
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize step) {
    ProgramSize size = device.measure(graph, plan, numerics, step);
    return new ProgramSize(size.weightBytes() + claimed(graph), size.scratchBytes());
  }

  /// A stage has the share of its layers.
  private long claimed(Graph graph) {
    return power.weightBytes * graph.neededHere().size() / graph.needs().size();
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    Program program = device.prepare(graph, plan, numerics);
    return new Program() {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        program.run(batch, pool, logits);
        power.check();
        power.stepsLeft--;
        power.steps++;
      }

      @Override
      public long weightBytes() {
        return program.weightBytes() + claimed(graph);
      }

      @Override
      public long scratchBytes() {
        return program.scratchBytes();
      }

      @Override
      public void close() {
        program.close();
      }
    };
  }

  @Override
  public void close() {
    device.close();
  }
}
