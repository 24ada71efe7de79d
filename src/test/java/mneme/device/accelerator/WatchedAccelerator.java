package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.device.DeviceException;

/// An accelerator that notes what is allocated and how much is written, and may pretend to allocate
/// little at once.
public final class WatchedAccelerator implements Accelerator {
  private final Accelerator accelerator;
  private final long largestBytes;
  private final List<Watched> held = new ArrayList<>();
  private long writtenBytes;

  public WatchedAccelerator(Accelerator accelerator) {
    this(accelerator, Long.MAX_VALUE);
  }

  /// @param largestBytes most that weights and pools may have at once; scratch is not cut
  public WatchedAccelerator(Accelerator accelerator, long largestBytes) {
    this.accelerator = accelerator;
    this.largestBytes = largestBytes;
  }

  private final class Watched implements Memory {
    private final Memory memory;
    private final String what;

    private Watched(Memory memory, String what) {
      this.memory = memory;
      this.what = what;
    }

    @Override
    public long bytes() {
      return memory.bytes();
    }

    @Override
    public void release() {
      if (!held.remove(this)) {
        throw new IllegalStateException(what + " is released twice");
      }
      memory.release();
    }
  }

  private static Memory of(Memory memory) {
    return ((Watched) memory).memory;
  }

  /// Bytes that are allocated now for what a name begins with.
  public long heldBytes(String what) {
    return held.stream().filter(one -> one.what.startsWith(what)).mapToLong(Watched::bytes).sum();
  }

  /// Allocations that are there now for what a name begins with.
  public int held(String what) {
    return (int) held.stream().filter(one -> one.what.startsWith(what)).count();
  }

  /// Bytes that were ever written from the host.
  public long writtenBytes() {
    return writtenBytes;
  }

  @Override
  public Optional<MatrixUnit> matrixUnit() {
    return accelerator.matrixUnit();
  }

  @Override
  public long allocatedBytes() {
    return accelerator.allocatedBytes();
  }

  @Override
  public Memory allocate(long bytes, String what) {
    if (bytes > largestBytes && (what.startsWith("tensor") || what.startsWith("the pool"))) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY, what + " is too large: " + bytes + " bytes");
    }
    var memory = new Watched(accelerator.allocate(bytes, what), what);
    held.add(memory);
    return memory;
  }

  @Override
  public void write(Memory to, long at, MemorySegment source) {
    writtenBytes += source.byteSize();
    accelerator.write(of(to), at, source);
  }

  @Override
  public void read(Memory from, long at, MemorySegment target) {
    accelerator.read(of(from), at, target);
  }

  @Override
  public void copy(Memory from, long fromAt, Memory to, long toAt, long bytes) {
    accelerator.copy(of(from), fromAt, of(to), toAt, bytes);
  }

  @Override
  public void zero(Memory memory, long at, long bytes) {
    accelerator.zero(of(memory), at, bytes);
  }

  @Override
  public int poolParts(int parts) {
    return accelerator.poolParts(parts);
  }

  @Override
  public long place(Memory part, int number, long at) {
    return accelerator.place(of(part), number, at);
  }

  @Override
  public void build(Kernel kernel) {
    accelerator.build(kernel);
  }

  @Override
  public Launch launch(Kernel kernel) {
    return new WatchedLaunch(accelerator.launch(kernel));
  }

  private record WatchedLaunch(Launch launch) implements Launch {
    @Override
    public Launch at(Memory memory, long at) {
      launch.at(of(memory), at);
      return this;
    }

    @Override
    public Launch pool(List<Memory> parts) {
      launch.pool(parts.stream().map(WatchedAccelerator::of).toList());
      return this;
    }

    @Override
    public Launch number(int number) {
      launch.number(number);
      return this;
    }

    @Override
    public Launch number(float number) {
      launch.number(number);
      return this;
    }

    @Override
    public void groups(long x, long y) {
      launch.groups(x, y);
    }

    @Override
    public void each(long x, long y) {
      launch.each(x, y);
    }
  }

  @Override
  public void repeat(Object key, Runnable launches) {
    accelerator.repeat(key, launches);
  }

  @Override
  public void barrier() {
    accelerator.barrier();
  }

  @Override
  public void finish() {
    accelerator.finish();
  }

  @Override
  public void close() {
    accelerator.close();
  }
}
