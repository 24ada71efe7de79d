package mneme.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import mneme.device.Batch;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.WrappedDevice;
import mneme.device.WrappedPool;
import mneme.device.WrappedProgram;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A null device on which something happens before and after steps, and whose pools remember
/// whether they are open.
final class TroubledDevice extends WrappedDevice {
  /// What happens to a step.
  interface Trouble {
    default void before(Batch batch) {}

    default void after(Batch batch, Logits logits) {}

    /// Whether the device refuses to be closed.
    default boolean isStubborn() {
      return false;
    }
  }

  /// A pool that is used by steps of its own device only, and only while it is open.
  static final class Pool extends WrappedPool {
    final AtomicBoolean isOpen = new AtomicBoolean(true);

    Pool(DevicePool inner) {
      super(inner);
    }

    private void check() {
      if (!isOpen.get()) {
        throw new IllegalStateException("the pool is closed");
      }
    }

    @Override
    public void copy(long from, long to, long count) {
      check();
      super.copy(from, to, count);
    }

    @Override
    public void zero(long at, long count) {
      check();
      super.zero(at, count);
    }

    @Override
    public void write(long at, MemorySegment source) {
      check();
      super.write(at, source);
    }

    @Override
    public void read(long at, MemorySegment target) {
      check();
      super.read(at, target);
    }

    @Override
    public void close() {
      isOpen.set(false);
      super.close();
    }
  }

  private final Trouble trouble;
  private final List<Pool> pools;

  /// @param pools hears of every pool that is opened
  TroubledDevice(Trouble trouble, CopyOnWriteArrayList<Pool> pools) {
    super(new NullDevice());
    this.trouble = trouble;
    this.pools = pools;
  }

  @Override
  public DevicePool openPool(long bytes) {
    Pool pool = new Pool(super.openPool(bytes));
    pools.add(pool);
    return pool;
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new WrappedProgram(super.prepare(graph, plan, numerics)) {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        trouble.before(batch);
        super.run(batch, pool, logits);
        trouble.after(batch, logits);
      }
    };
  }

  @Override
  public void close() {
    if (trouble.isStubborn()) {
      throw new DeviceException(DeviceException.Kind.LOST, "the device cannot even be closed");
    }
  }
}
