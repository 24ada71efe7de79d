package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import mneme.device.DeviceException;

/// An accelerator whose memory is arrays, and which runs nothing.
final class ArrayAccelerator implements Accelerator {
  private final long totalBytes;
  final List<Array> held = new ArrayList<>();

  /// @param totalBytes that it has
  ArrayAccelerator(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  final class Array implements Memory {
    private final byte[] array;

    private Array(int bytes) {
      array = new byte[bytes];
      java.util.Arrays.fill(array, (byte) 7); // what was there before
    }

    private MemorySegment at(long at, long bytes) {
      return MemorySegment.ofArray(array).asSlice(at, bytes);
    }

    @Override
    public long bytes() {
      return array.length;
    }

    @Override
    public void release() {
      held.remove(this);
    }
  }

  @Override
  public long allocatedBytes() {
    return 0;
  }

  @Override
  public Memory allocate(long bytes, String what) {
    if (held.stream().mapToLong(Array::bytes).sum() + bytes > totalBytes) {
      throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, what + " does not fit");
    }
    Array array = new Array(Math.toIntExact(bytes));
    held.add(array);
    return array;
  }

  @Override
  public void write(Memory to, long at, MemorySegment source) {
    ((Array) to).at(at, source.byteSize()).copyFrom(source);
  }

  @Override
  public void read(Memory from, long at, MemorySegment target) {
    target.copyFrom(((Array) from).at(at, target.byteSize()));
  }

  @Override
  public void copy(Memory from, long fromAt, Memory to, long toAt, long bytes) {
    ((Array) to).at(toAt, bytes).copyFrom(((Array) from).at(fromAt, bytes));
  }

  @Override
  public void zero(Memory memory, long at, long bytes) {
    ((Array) memory).at(at, bytes).fill((byte) 0);
  }

  @Override
  public int poolParts(int parts) {
    return parts;
  }

  @Override
  public long place(Memory part, int number, long at) {
    return 1_000_000L * held.indexOf(part) + at;
  }

  @Override
  public void build(Kernel kernel) {}

  @Override
  public Launch launch(Kernel kernel) {
    throw new UnsupportedOperationException("it runs nothing");
  }

  @Override
  public void repeat(Object key, Runnable launches) {
    launches.run();
  }

  @Override
  public void barrier() {}

  @Override
  public void finish() {}

  @Override
  public void close() {}
}
