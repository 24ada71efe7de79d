package mneme.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A null device on which something happens before and after steps, and whose pools remember
/// whether they are open.
final class TroubledDevice implements Device {
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
  static final class Pool implements DevicePool {
    private final DevicePool inner;
    final AtomicBoolean isOpen = new AtomicBoolean(true);

    Pool(DevicePool inner) {
      this.inner = inner;
    }

    private DevicePool open() {
      if (!isOpen.get()) {
        throw new IllegalStateException("the pool is closed");
      }
      return inner;
    }

    @Override
    public long bytes() {
      return inner.bytes();
    }

    @Override
    public void copy(long from, long to, long count) {
      open().copy(from, to, count);
    }

    @Override
    public void zero(long at, long count) {
      open().zero(at, count);
    }

    @Override
    public void write(long at, MemorySegment source) {
      open().write(at, source);
    }

    @Override
    public void read(long at, MemorySegment target) {
      open().read(at, target);
    }

    @Override
    public void close() {
      isOpen.set(false);
      inner.close();
    }
  }

  private final NullDevice nothing = new NullDevice();
  private final Trouble trouble;
  private final List<Pool> pools;

  /// @param pools hears of every pool that is opened
  TroubledDevice(Trouble trouble, CopyOnWriteArrayList<Pool> pools) {
    this.trouble = trouble;
    this.pools = pools;
  }

  @Override
  public DeviceInfo info() {
    return nothing.info();
  }

  @Override
  public DevicePool openPool(long bytes) {
    Pool pool = new Pool(nothing.openPool(bytes));
    pools.add(pool);
    return pool;
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    Program program = nothing.prepare(graph, plan, numerics);
    return new Program() {
      @Override
      public void run(Batch batch, DevicePool pool, Logits logits) {
        trouble.before(batch);
        program.run(batch, pool, logits);
        trouble.after(batch, logits);
      }

      @Override
      public long weightBytes() {
        return 0;
      }

      @Override
      public long scratchBytes() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return nothing.measure(graph, plan, numerics, largest);
  }

  @Override
  public void close() {
    if (trouble.isStubborn()) {
      throw new DeviceException(DeviceException.Kind.LOST, "the device cannot even be closed");
    }
  }
}
