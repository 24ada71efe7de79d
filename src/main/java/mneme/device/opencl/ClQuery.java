package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_PROGRAM_BINARIES;
import static org.lwjgl.opencl.CL10.CL_PROGRAM_BINARY_SIZES;
import static org.lwjgl.opencl.CL10.clGetDeviceInfo;
import static org.lwjgl.opencl.CL10.clGetMemObjectInfo;
import static org.lwjgl.opencl.CL10.clGetPlatformInfo;
import static org.lwjgl.opencl.CL10.clGetProgramBuildInfo;
import static org.lwjgl.opencl.CL10.clGetProgramInfo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/// Reads the properties of OpenCL platforms and devices.
final class ClQuery {
  @FunctionalInterface
  private interface Getter {
    int get(@Nullable ByteBuffer value, @Nullable PointerBuffer size);
  }

  private ClQuery() {}

  static String platformText(long platform, int property) {
    return text(bytes((value, size) -> clGetPlatformInfo(platform, property, value, size)));
  }

  static String deviceText(long device, int property) {
    return text(deviceBytes(device, property));
  }

  static long deviceLong(long device, int property) {
    ByteBuffer value = deviceBytes(device, property);
    return value.remaining() >= 8 ? value.getLong(0) : value.getInt(0) & 0xFFFFFFFFL;
  }

  static int deviceInt(long device, int property) {
    return deviceBytes(device, property).getInt(0);
  }

  static ByteBuffer deviceBytes(long device, int property) {
    return bytes((value, size) -> clGetDeviceInfo(device, property, value, size));
  }

  static long bufferBytes(long buffer) {
    return bytes((value, size) -> clGetMemObjectInfo(buffer, CL_MEM_SIZE, value, size)).getLong(0);
  }

  static String buildLog(long program, long device, int property) {
    return text(
        bytes((value, size) -> clGetProgramBuildInfo(program, device, property, value, size)));
  }

  /// What the driver made of a program of one device; nothing if it does not give it.
  static byte[] binary(long program) {
    ByteBuffer sizes =
        bytes((value, size) -> clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, value, size));
    byte[] binary = new byte[Math.toIntExact(sizes.getLong(0))];
    ByteBuffer target = MemoryUtil.memAlloc(Math.max(1, binary.length));
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer targets = stack.pointers(target);
      ClErrors.check(
          clGetProgramInfo(program, CL_PROGRAM_BINARIES, targets, null), "asking for a binary");
      target.get(0, binary);
      return binary;
    } finally {
      MemoryUtil.memFree(target);
    }
  }

  private static ByteBuffer bytes(Getter getter) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.mallocPointer(1);
      ClErrors.check(getter.get(null, size), "asking the driver");
      ByteBuffer value =
          ByteBuffer.allocateDirect((int) size.get(0)).order(ByteOrder.nativeOrder());
      ClErrors.check(getter.get(value, null), "asking the driver");
      return value;
    }
  }

  private static String text(ByteBuffer value) {
    String text = StandardCharsets.UTF_8.decode(value).toString();
    int end = text.indexOf('\0');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }
}
