package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clReleaseMemObject;

/// Memory of a device.
record ClBuffer(long handle, long bytes) {
  void release() {
    clReleaseMemObject(handle);
  }
}
