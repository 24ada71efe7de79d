package mneme.device.host;

import java.util.function.Function;
import mneme.device.Batch;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Edges;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Op;

/// A graph as a list of kernels.
final class HostProgram implements Program {
  private final Setting setting;
  private final Edges edges;
  private final Slots slots;
  private final Step step;
  private final Kernel[] kernels;

  HostProgram(Setting setting, Function<Op, Kernel> kernelOf) {
    this.setting = setting;
    edges = Edges.of(setting.graph());
    slots = new Slots(setting.graph());
    step = new Step(slots);
    try {
      kernels = setting.graph().ops().stream().map(kernelOf).toArray(Kernel[]::new);
    } catch (RuntimeException e) {
      setting.weights().close();
      throw e;
    }
  }

  void warmUp(WarmUp warmUp) {
    warmUp.run(kernels, step);
  }

  /// Makes the program and asks it.
  ///
  /// @param setting with weights that are not there
  static ProgramSize measure(Setting setting, StepSize largest) {
    HostProgram program = new HostProgram(setting, op -> Kernels.of(op, setting));
    try {
      long inputs = setting.inputs().bytes(value -> program.slots.rows(value, largest));
      return new ProgramSize(program.weightBytes(), program.slots.bytes(largest) + inputs);
    } finally {
      program.close();
    }
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    if (!(pool instanceof HostPool memory)) {
      throw new IllegalArgumentException("the pool is not one of this device");
    }
    edges.check(batch);
    step.begin(batch, memory.segment(), logits);
    try {
      for (Kernel kernel : kernels) {
        kernel.run(step);
      }
    } catch (IllegalStateException e) {
      throw new DeviceException(DeviceException.Kind.FAILED, "a step failed: " + e.getMessage(), e);
    }
  }

  @Override
  public long weightBytes() {
    return setting.weights().bytes();
  }

  @Override
  public long scratchBytes() {
    return slots.bytes() + setting.inputs().bytes();
  }

  @Override
  public void close() {
    setting.weights().close();
  }
}
