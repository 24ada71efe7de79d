package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_CONTEXT_PLATFORM;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.lwjgl.opencl.CL10.CL_MEM_READ_WRITE;
import static org.lwjgl.opencl.CL10.clCreateBuffer;
import static org.lwjgl.opencl.CL10.clCreateCommandQueue;
import static org.lwjgl.opencl.CL10.clCreateContext;
import static org.lwjgl.opencl.CL10.clEnqueueCopyBuffer;
import static org.lwjgl.opencl.CL10.clFinish;
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
import org.lwjgl.system.MemoryStack;

/// The context of one device and its only queue, which runs everything in order. Bytes of the host
/// go through a staging segment, because those of a mapped file must not be read by a driver: a
/// file that is cut would end the process.
final class ClQueue implements AutoCloseable {
  private static final long STAGING_BYTES = 4 << 20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment staging = arena.allocate(STAGING_BYTES, 64);
  private final long device;
  private final long context;
  private final long queue;
  private final long largestBytes;

  ClQueue(long platform, long device) {
    this.device = device;
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
  }

  long device() {
    return device;
  }

  long context() {
    return context;
  }

  long handle() {
    return queue;
  }

  /// @throws DeviceException kind OUT_OF_MEMORY
  ClBuffer allocate(long bytes, String what) {
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
      return new ClBuffer(handle, bytes);
    }
  }

  void write(ClBuffer to, long at, MemorySegment source) {
    for (long done = 0; done < source.byteSize(); done += STAGING_BYTES) {
      long part = Math.min(STAGING_BYTES, source.byteSize() - done);
      MemorySegment.copy(source, done, staging, 0, part);
      ClErrors.check(
          nclEnqueueWriteBuffer(queue, to.handle(), 1, at + done, part, staging.address(), 0, 0, 0),
          "writing to the device");
    }
  }

  void read(ClBuffer from, long at, MemorySegment target) {
    for (long done = 0; done < target.byteSize(); done += STAGING_BYTES) {
      long part = Math.min(STAGING_BYTES, target.byteSize() - done);
      ClErrors.check(
          nclEnqueueReadBuffer(
              queue, from.handle(), 1, at + done, part, staging.address(), 0, 0, 0),
          "reading from the device");
      MemorySegment.copy(staging, 0, target, done, part);
    }
  }

  void copy(ClBuffer buffer, long from, long to, long bytes) {
    ClErrors.check(
        clEnqueueCopyBuffer(queue, buffer.handle(), buffer.handle(), from, to, bytes, null, null),
        "copying on the device");
    finish();
  }

  void zero(ClBuffer buffer, long at, long bytes) {
    if (bytes > 0) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        ByteBuffer zero = stack.calloc(1);
        ClErrors.check(
            clEnqueueFillBuffer(queue, buffer.handle(), zero, at, bytes, null, null),
            "clearing memory of the device");
        finish();
      }
    }
  }

  void finish() {
    ClErrors.check(clFinish(queue), "the step");
  }

  @Override
  public void close() {
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
    arena.close();
  }
}
