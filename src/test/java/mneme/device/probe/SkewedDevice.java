package mneme.device.probe;

import mneme.device.Batch;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.device.host.HostDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A host that gets the largest number of one op wrong.
final class SkewedDevice extends WrappedDevice {
  private final TourGraph.Stop stop;
  private final float factor;

  SkewedDevice(TourGraph.Stop stop, float factor) {
    super(new HostDevice(1));
    this.stop = stop;
    this.factor = factor;
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        super.run(batch, pool, logits);
        for (int row = 0; row < logits.rows(); row++) {
          skew(logits.values(), row * logits.width());
        }
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
}
