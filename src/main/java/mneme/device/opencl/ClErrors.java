package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_BUILD_PROGRAM_FAILURE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_NOT_AVAILABLE;
import static org.lwjgl.opencl.CL10.CL_INVALID_BUFFER_SIZE;
import static org.lwjgl.opencl.CL10.CL_INVALID_COMMAND_QUEUE;
import static org.lwjgl.opencl.CL10.CL_INVALID_CONTEXT;
import static org.lwjgl.opencl.CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE;
import static org.lwjgl.opencl.CL10.CL_OUT_OF_HOST_MEMORY;
import static org.lwjgl.opencl.CL10.CL_OUT_OF_RESOURCES;
import static org.lwjgl.opencl.CL10.CL_SUCCESS;

import mneme.device.DeviceException;

/// Turns OpenCL's error numbers into exceptions that a supervisor can act on.
final class ClErrors {
  private ClErrors() {}

  /// @param what was tried, for the message
  static void check(int error, String what) {
    if (error != CL_SUCCESS) {
      throw new DeviceException(kind(error), what + " failed with OpenCL error " + error);
    }
  }

  private static DeviceException.Kind kind(int error) {
    return switch (error) {
      case CL_MEM_OBJECT_ALLOCATION_FAILURE,
          CL_OUT_OF_RESOURCES,
          CL_OUT_OF_HOST_MEMORY,
          CL_INVALID_BUFFER_SIZE ->
          DeviceException.Kind.OUT_OF_MEMORY;
      case CL_BUILD_PROGRAM_FAILURE -> DeviceException.Kind.BUILD_FAILED;
      case CL_DEVICE_NOT_AVAILABLE, CL_INVALID_COMMAND_QUEUE, CL_INVALID_CONTEXT ->
          DeviceException.Kind.LOST;
      default -> DeviceException.Kind.FAILED;
    };
  }
}
