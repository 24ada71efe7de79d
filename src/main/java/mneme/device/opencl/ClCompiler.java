package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_DEVICE_NAME;
import static org.lwjgl.opencl.CL10.CL_DEVICE_VERSION;
import static org.lwjgl.opencl.CL10.CL_DRIVER_VERSION;
import static org.lwjgl.opencl.CL10.CL_PLATFORM_NAME;
import static org.lwjgl.opencl.CL10.CL_PLATFORM_VERSION;
import static org.lwjgl.opencl.CL10.CL_PROGRAM_BUILD_LOG;
import static org.lwjgl.opencl.CL10.CL_SUCCESS;
import static org.lwjgl.opencl.CL10.clBuildProgram;
import static org.lwjgl.opencl.CL10.clCreateProgramWithBinary;
import static org.lwjgl.opencl.CL10.clCreateProgramWithSource;
import static org.lwjgl.opencl.CL10.clReleaseProgram;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.OptionalLong;
import mneme.device.DeviceException;
import mneme.device.accelerator.KernelCache;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/// The compiler of one device. What it makes of a program is kept from run to run; where it does
/// not take that back, it compiles again.
final class ClCompiler {
  private static final String OPTIONS = "-cl-std=CL1.2";

  private final long context;
  private final long device;
  private final KernelCache cache;

  ClCompiler(long context, long device, KernelCache cache) {
    this.context = context;
    this.device = device;
    this.cache = cache;
  }

  /// All that binaries depend on beside the program's text.
  static String name(long platform, long device) {
    return String.join(
        ", ",
        ClQuery.platformText(platform, CL_PLATFORM_NAME),
        ClQuery.platformText(platform, CL_PLATFORM_VERSION),
        ClQuery.deviceText(device, CL_DEVICE_NAME),
        ClQuery.deviceText(device, CL_DEVICE_VERSION),
        ClQuery.deviceText(device, CL_DRIVER_VERSION),
        OPTIONS);
  }

  /// A built program, to be released by the caller.
  ///
  /// @param name of its kernel, for the message
  /// @throws DeviceException kind BUILD_FAILED if the compiler refuses it
  long program(String text, String name) {
    OptionalLong known = cache.find(text).map(this::ofBinary).orElseGet(OptionalLong::empty);
    if (known.isPresent()) {
      return known.getAsLong();
    }
    long program = ofSource(text, name);
    keep(program, text);
    return program;
  }

  /// A driver that does not give its binaries compiles each time.
  private void keep(long program, String text) {
    byte[] binary;
    try {
      binary = ClQuery.binary(program);
    } catch (DeviceException _) {
      return;
    }
    if (binary.length > 0) {
      cache.keep(text, binary);
    }
  }

  private OptionalLong ofBinary(byte[] bytes) {
    ByteBuffer binary = MemoryUtil.memAlloc(bytes.length).put(0, bytes);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      IntBuffer status = stack.mallocInt(1);
      long program =
          clCreateProgramWithBinary(
              context,
              stack.pointers(device),
              stack.pointers(bytes.length),
              stack.pointers(binary),
              status,
              error);
      if (error.get(0) != CL_SUCCESS) {
        return OptionalLong.empty();
      }
      if (status.get(0) != CL_SUCCESS || build(program) != CL_SUCCESS) {
        clReleaseProgram(program);
        return OptionalLong.empty();
      }
      return OptionalLong.of(program);
    } finally {
      MemoryUtil.memFree(binary);
    }
  }

  private long ofSource(String text, String name) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long program = clCreateProgramWithSource(context, text, error);
      ClErrors.check(error.get(0), "program " + name);
      int result = build(program);
      if (result != CL_SUCCESS) {
        String log = ClQuery.buildLog(program, device, CL_PROGRAM_BUILD_LOG);
        clReleaseProgram(program);
        throw new DeviceException(
            DeviceException.Kind.BUILD_FAILED,
            "the device's compiler refuses kernel %s (error %d): %s".formatted(name, result, log));
      }
      return program;
    }
  }

  private int build(long program) {
    return clBuildProgram(program, device, OPTIONS, null, 0);
  }
}
