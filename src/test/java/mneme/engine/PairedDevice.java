package mneme.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.WrappedDevice;
import mneme.device.WrappedProgram;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device that says when it begins a step and may have to wait in it for another device to have
/// begun so many.
final class PairedDevice extends WrappedDevice {
  private final CountDownLatch begun;
  private final CountDownLatch awaited;
  private volatile boolean hasWaited;
  private volatile boolean hasMissed;

  /// @param begun counts the steps of this device
  /// @param awaited counts those of the other; a step ends when it has counted down, or too late
  PairedDevice(Device device, CountDownLatch begun, CountDownLatch awaited) {
    super(device);
    this.begun = begun;
    this.awaited = awaited;
  }

  /// Whether in every step of this one the other device had begun its steps, or did so in time.
  boolean hasMet() {
    return hasWaited && !hasMissed;
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        begun.countDown();
        try {
          hasWaited = true;
          hasMissed |= !awaited.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        super.run(batch, pool, logits);
      }
    };
  }
}
