package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;

/// A device that runs kernels. Everything happens in the order of the calls, but for what [#repeat]
/// says; nothing has happened for sure before [#finish] or [#read].
public interface Accelerator extends AutoCloseable {
  /// @param what it is for, for the message
  /// @throws mneme.device.DeviceException kind OUT_OF_MEMORY if the device cannot give that much at
  ///   once
  Memory allocate(long bytes, String what);

  /// Host to device. The source may change when this returns.
  void write(Memory to, long at, MemorySegment source);

  /// Device to host; waits for everything before it.
  void read(Memory from, long at, MemorySegment target);

  /// The two ranges do not overlap.
  void copy(Memory from, long fromAt, Memory to, long toAt, long bytes);

  void zero(Memory memory, long at, long bytes);

  /// Compiles `kernel` if that has not happened yet.
  ///
  /// @throws mneme.device.DeviceException kind BUILD_FAILED if the driver's compiler refuses it
  void build(Kernel kernel);

  /// For how many parts a kernel is built that is to work on a pool of `parts`.
  ///
  /// @throws mneme.device.DeviceException kind OUT_OF_MEMORY if none takes so many
  int poolParts(int parts);

  /// How the tables of a step name byte `at` of a part of a pool, so that a kernel's `POOL` makes
  /// its address of it.
  ///
  /// @param number of the part, from 0
  long place(Memory part, int number, long at);

  /// A launch, to be given the kernel's parameters in their order.
  Launch launch(Kernel kernel);

  /// Runs `launches`, which may run side by side but for those that a [#barrier] parts. A device
  /// may keep what it made of them for the next time that an equal key comes: then they must be the
  /// same, down to the addresses.
  void repeat(Object key, Runnable launches);

  /// Inside of [#repeat]: what follows begins when all before it has ended.
  void barrier();

  void finish();

  /// The matrix units that programs may use, if there are any.
  default Optional<MatrixUnit> matrixUnit() {
    return Optional.empty();
  }

  /// Bytes of the device's own memory that are allocated, as large as the driver made them.
  long allocatedBytes();

  /// The same as the driver itself counts it, if it tells: with all that it needs beside.
  default OptionalLong driverBytes() {
    return OptionalLong.empty();
  }

  @Override
  void close();
}
