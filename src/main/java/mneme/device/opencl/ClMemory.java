package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clReleaseMemObject;

import mneme.device.accelerator.Memory;
import mneme.device.accelerator.Tally;

/// A buffer of a device.
///
/// @param heldBytes as the driver made it, which `tally` counts
record ClMemory(long handle, long bytes, long heldBytes, Tally tally) implements Memory {
  static ClMemory of(long handle, long bytes, Tally tally) {
    long held = ClQuery.bufferBytes(handle);
    tally.take(held);
    return new ClMemory(handle, bytes, held, tally);
  }

  static long handle(Memory memory) {
    return ((ClMemory) memory).handle();
  }

  @Override
  public void release() {
    clReleaseMemObject(handle);
    tally.giveBack(heldBytes);
  }
}
