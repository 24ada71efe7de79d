package mneme.engine;

import java.util.concurrent.atomic.AtomicInteger;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Counts the programs that a device has.
final class CountingPrograms {
  private final AtomicInteger programs = new AtomicInteger();

  int programs() {
    return programs.get();
  }

  Device open(Device device) {
    return new WrappedDevice(device) {
      @Override
      public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
        Program program = super.prepare(graph, plan, numerics);
        programs.incrementAndGet();
        return new WrappedProgram(program) {
          @Override
          public void close() {
            programs.decrementAndGet();
            super.close();
          }
        };
      }
    };
  }
}
