package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clReleaseMemObject;

import mneme.device.accelerator.Memory;

/// A buffer of a device.
record ClMemory(long handle, long bytes) implements Memory {
  static long handle(Memory memory) {
    return ((ClMemory) memory).handle();
  }

  @Override
  public void release() {
    clReleaseMemObject(handle);
  }
}
