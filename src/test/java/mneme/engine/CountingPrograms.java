package mneme.engine;

import java.util.concurrent.atomic.AtomicInteger;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Counts the programs that a device has.
final class CountingPrograms {
  private final AtomicInteger programs = new AtomicInteger();

  int programs() {
    return programs.get();
  }

  Device open(Device device) {
    return new Device() {
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
        Program program = device.prepare(graph, plan, numerics);
        programs.incrementAndGet();
        return new Counted(program);
      }

      @Override
      public ProgramSize measure(
          Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
        return device.measure(graph, plan, numerics, largest);
      }

      @Override
      public void close() {
        device.close();
      }
    };
  }

  private final class Counted implements Program {
    private final Program program;

    Counted(Program program) {
      this.program = program;
    }

    @Override
    public void run(Batch batch, DevicePool pool, Logits logits) {
      program.run(batch, pool, logits);
    }

    @Override
    public long weightBytes() {
      return program.weightBytes();
    }

    @Override
    public long scratchBytes() {
      return program.scratchBytes();
    }

    @Override
    public void close() {
      programs.decrementAndGet();
      program.close();
    }
  }
}
