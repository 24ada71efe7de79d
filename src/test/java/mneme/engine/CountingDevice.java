package mneme.engine;

import java.util.concurrent.atomic.AtomicLong;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Another device, and how many tokens it was given to read.
final class CountingDevice extends WrappedDevice {
  private final AtomicLong tokens;

  CountingDevice(Device device, AtomicLong tokens) {
    super(device);
    this.tokens = tokens;
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        for (Span span : batch.spans()) {
          tokens.addAndGet(span.tokens().length());
        }
        super.run(batch, pool, logits);
      }
    };
  }
}
