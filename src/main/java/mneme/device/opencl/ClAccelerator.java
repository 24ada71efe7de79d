package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_CONTEXT_PLATFORM;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.lwjgl.opencl.CL10.CL_MEM_READ_WRITE;
import static org.lwjgl.opencl.CL10.clCreateBuffer;
import static org.lwjgl.opencl.CL10.clCreateCommandQueue;
import static org.lwjgl.opencl.CL10.clCreateContext;
import static org.lwjgl.opencl.CL10.clEnqueueCopyBuffer;
import static org.lwjgl.opencl.CL10.clFinish;
import static org.lwjgl.opencl.CL10.clFlush;
import static org.lwjgl.opencl.CL10.clReleaseCommandQueue;
import static org.lwjgl.opencl.CL10.clReleaseContext;
import static org.lwjgl.opencl.CL10.nclEnqueueReadBuffer;
import static org.lwjgl.opencl.CL10.nclEnqueueWriteBuffer;
import static org.lwjgl.opencl.CL12.clEnqueueFillBuffer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import mneme.device.DeviceException;
import mneme.device.accelerator.Accelerator;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelCache;
import mneme.device.accelerator.Launch;
import mneme.device.accelerator.Memory;
import mneme.device.accelerator.Tally;
import org.lwjgl.system.MemoryStack;

/// The context of one device and its only queue, which runs everything in order. Bytes of the host
/// go through a staging segment, because those of a mapped file must not be read by a driver: a
/// file that is cut would end the process.
final class ClAccelerator implements Accelerator {
  private static final int BARRIERS_TO_FLUSH = 32;
  private static final long STAGING_BYTES = 4 << 20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment staging = arena.allocate(STAGING_BYTES, 64);
  private final long context;
  private final long queue;
  private final long largestBytes;
  private final ClKernels kernels;
  private final Tally tally = new Tally();
  private int barriers;

  ClAccelerator(long platform, long device) {
    this(platform, device, KernelCache.ofUser(ClCompiler.name(platform, device)));
  }

  /// @param cache of what the driver made of programs
  ClAccelerator(long platform, long device, KernelCache cache) {
    this.largestBytes = ClQuery.deviceLong(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      context =
          clCreateContext(
              stack.pointers(CL_CONTEXT_PLATFORM, platform, 0),
              stack.pointers(device),
              null,
              0,
              error);
      ClErrors.check(error.get(0), "opening the device");
      queue = clCreateCommandQueue(context, device, 0, error);
      ClErrors.check(error.get(0), "opening the device's queue");
    }
    kernels = new ClKernels(new ClCompiler(context, device, cache));
  }

  @Override
  public Memory allocate(long bytes, String what) {
    if (bytes > largestBytes) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "%s wants %d bytes at once, the device gives at most %d"
              .formatted(what, bytes, largestBytes));
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long handle = clCreateBuffer(context, CL_MEM_READ_WRITE, Math.max(bytes, 16), error);
      ClErrors.check(error.get(0), what + " of " + bytes + " bytes");
      return ClMemory.of(handle, bytes, tally);
    }
  }

  @Override
  public void write(Memory to, long at, MemorySegment source) {
    for (long done = 0; done < source.byteSize(); done += STAGING_BYTES) {
      long part = Math.min(STAGING_BYTES, source.byteSize() - done);
      MemorySegment.copy(source, done, staging, 0, part);
      ClErrors.check(
          nclEnqueueWriteBuffer(
              queue, ClMemory.handle(to), 1, at + done, part, staging.address(), 0, 0, 0),
          "writing to the device");
    }
  }

  @Override
  public void read(Memory from, long at, MemorySegment target) {
    for (long done = 0; done < target.byteSize(); done += STAGING_BYTES) {
      long part = Math.min(STAGING_BYTES, target.byteSize() - done);
      ClErrors.check(
          nclEnqueueReadBuffer(
              queue, ClMemory.handle(from), 1, at + done, part, staging.address(), 0, 0, 0),
          "reading from the device");
      MemorySegment.copy(staging, 0, target, done, part);
    }
  }

  @Override
  public void copy(Memory from, long fromAt, Memory to, long toAt, long bytes) {
    ClErrors.check(
        clEnqueueCopyBuffer(
            queue, ClMemory.handle(from), ClMemory.handle(to), fromAt, toAt, bytes, null, null),
        "copying on the device");
  }

  @Override
  public void zero(Memory memory, long at, long bytes) {
    if (bytes > 0) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        ByteBuffer zero = stack.calloc(1);
        ClErrors.check(
            clEnqueueFillBuffer(queue, ClMemory.handle(memory), zero, at, bytes, null, null),
            "clearing memory of the device");
      }
    }
  }

  @Override
  public void build(Kernel kernel) {
    kernels.built(kernel);
  }

  /// A power of two, so that few pools need kernels of their own.
  @Override
  public int poolParts(int parts) {
    if (parts > ClPool.MOST_PARTS) {
      throw new DeviceException(
          DeviceException.Kind.OUT_OF_MEMORY,
          "a pool of %d parts was asked for, a kernel takes at most %d; the device gives at most %d bytes at once"
              .formatted(parts, ClPool.MOST_PARTS, largestBytes));
    }
    return parts == 1 ? 1 : 2 * Integer.highestOneBit(parts - 1);
  }

  @Override
  public long place(Memory part, int number, long at) {
    return ClPool.place(number, at);
  }

  @Override
  public Launch launch(Kernel kernel) {
    return new ClLaunch(queue, kernels.built(kernel));
  }

  @Override
  public void repeat(Object key, Runnable launches) {
    launches.run();
  }

  /// The queue runs everything in order. It is told to begin from time to time, while the rest is
  /// on its way.
  @Override
  public void barrier() {
    if (++barriers % BARRIERS_TO_FLUSH == 0) {
      ClErrors.check(clFlush(queue), "the step");
    }
  }

  @Override
  public void finish() {
    ClErrors.check(clFinish(queue), "the step");
  }

  @Override
  public long allocatedBytes() {
    return tally.bytes();
  }

  @Override
  public void close() {
    kernels.close();
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
    arena.close();
  }
}
