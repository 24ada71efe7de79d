package mneme.engine;

import java.util.concurrent.atomic.AtomicLong;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.Span;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Another device, and how many tokens it was given to read.
record CountingDevice(Device device, AtomicLong tokens) implements Device {
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
    return new Counting(device.prepare(graph, plan, numerics), tokens);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return device.measure(graph, plan, numerics, largest);
  }

  @Override
  public void close() {
    device.close();
  }

  private record Counting(Program program, AtomicLong tokens) implements Program {
    @Override
    public void run(Batch batch, DevicePool pool, Logits logits) {
      for (Span span : batch.spans()) {
        tokens.addAndGet(span.tokens().length());
      }
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
      program.close();
    }
  }
}
