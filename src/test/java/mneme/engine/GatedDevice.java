package mneme.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
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

/// A device that stops before one step of the test's choice until the test lets it go on, so that a
/// node can be looked at in the middle of its work.
final class GatedDevice extends WrappedDevice {
  private final AtomicInteger prepared = new AtomicInteger();
  private volatile Predicate<Batch> stopsAt = _ -> false;
  private volatile CompletableFuture<Batch> stopped = new CompletableFuture<>();
  private volatile CountDownLatch gate = new CountDownLatch(0);

  GatedDevice(Device device) {
    super(device);
  }

  /// Goes on if it has stopped, up to the next such step.
  ///
  /// @return the step before which the device will have stopped
  CompletableFuture<Batch> stopAt(Predicate<Batch> step) {
    CountDownLatch before = gate;
    gate = new CountDownLatch(1);
    stopped = new CompletableFuture<>();
    stopsAt = step;
    before.countDown();
    return stopped;
  }

  void goOn() {
    stopsAt = _ -> false;
    gate.countDown();
  }

  /// How many programs it was asked to make.
  int prepared() {
    return prepared.get();
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    prepared.incrementAndGet();
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        if (stopsAt.test(batch)) {
          stopped.complete(batch);
          await();
        }
        super.run(batch, pool, logits);
      }
    };
  }

  private void await() {
    try {
      if (!gate.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody opened the gate");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
