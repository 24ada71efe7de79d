package mneme.device.probe;

import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.host.HostDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A host that gets the largest number of one op wrong.
final class SkewedDevice implements Device {
  private final Device host = new HostDevice(1);
  private final TourGraph.Stop stop;
  private final float factor;

  SkewedDevice(TourGraph.Stop stop, float factor) {
    this.stop = stop;
    this.factor = factor;
  }

  @Override
  public DeviceInfo info() {
    return host.info();
  }

  @Override
  public DevicePool openPool(long bytes) {
    return host.openPool(bytes);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return host.measure(graph, plan, numerics, largest);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    Program program = host.prepare(graph, plan, numerics);
    return new Program() {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        program.run(batch, pool, logits);
        for (int row = 0; row < logits.rows(); row++) {
          skew(logits.values(), row * logits.width());
        }
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
    };
  }

  private void skew(float[] values, int from) {
    int largest = from + stop.from();
    for (int i = from + stop.from(); i < from + stop.to(); i++) {
      largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
    }
    values[largest] *= factor;
  }

  @Override
  public void close() {
    host.close();
  }
}
