package mneme.engine;

import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device that is lost at a step of the test's choice, in the middle of it, and does not open
/// again before it is told to. It may claim weights of any size.
final class FickleDevice extends WrappedDevice {
  private final Switch power;

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
    super(device);
    power.check();
    this.power = power;
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize step) {
    ProgramSize size = super.measure(graph, plan, numerics, step);
    return new ProgramSize(size.weightBytes() + claimed(graph), size.scratchBytes());
  }

  /// A stage has the share of its layers.
  private long claimed(Graph graph) {
    return power.weightBytes * graph.neededHere().size() / graph.needs().size();
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        super.run(batch, pool, logits);
        power.check();
        power.stepsLeft--;
        power.steps++;
      }

      @Override
      public long weightBytes() {
        return super.weightBytes() + claimed(graph);
      }
    };
  }
}
