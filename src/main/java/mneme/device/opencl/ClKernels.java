package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_PROGRAM_BUILD_LOG;
import static org.lwjgl.opencl.CL10.CL_SUCCESS;
import static org.lwjgl.opencl.CL10.clBuildProgram;
import static org.lwjgl.opencl.CL10.clCreateKernel;
import static org.lwjgl.opencl.CL10.clCreateProgramWithSource;
import static org.lwjgl.opencl.CL10.clReleaseKernel;
import static org.lwjgl.opencl.CL10.clReleaseProgram;

import java.io.IOException;
import java.io.InputStream;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import mneme.device.DeviceException;
import mneme.format.Encoding;
import org.lwjgl.system.MemoryStack;

/// The kernels of one device, built when first asked for.
final class ClKernels implements AutoCloseable {
  private static final String FOLDER = "/kernels/opencl/";

  private final ClQueue queue;
  private final Map<String, Long> programs = new HashMap<>();
  private final Map<String, Long> kernels = new HashMap<>();

  ClKernels(ClQueue queue) {
    this.queue = queue;
  }

  /// A kernel of `rows.cl`.
  ClCall rows(String name) {
    return call("rows", name, "");
  }

  /// A kernel of `memory.cl`.
  ClCall memory(String name) {
    return call("memory", name, "");
  }

  /// A kernel of `matrix.cl` for weights in `encoding`.
  ClCall matrix(String name, Encoding encoding) {
    String options =
        "-DENCODING=%d -DBLOCK_BYTES=%d -DBLOCK_ELEMENTS=%d"
            .formatted(encoding.ggufId(), encoding.blockBytes(), encoding.blockElements());
    return call("matrix", name, options);
  }

  private ClCall call(String file, String name, String options) {
    long kernel =
        kernels.computeIfAbsent(name + options, _ -> kernel(program(file, options), name));
    return new ClCall(queue, kernel, name);
  }

  private long kernel(long program, String name) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long kernel = clCreateKernel(program, name, error);
      ClErrors.check(error.get(0), "kernel " + name);
      return kernel;
    }
  }

  private long program(String file, String options) {
    return programs.computeIfAbsent(file + options, _ -> build(file, options));
  }

  private long build(String file, String options) {
    String source = file.equals("matrix") ? text(file) : text("activations") + "\n" + text(file);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long program = clCreateProgramWithSource(queue.context(), source, error);
      ClErrors.check(error.get(0), "program " + file);
      int result = clBuildProgram(program, queue.device(), "-cl-std=CL1.2 " + options, null, 0);
      if (result != CL_SUCCESS) {
        String log = ClQuery.buildLog(program, queue.device(), CL_PROGRAM_BUILD_LOG);
        clReleaseProgram(program);
        throw new DeviceException(
            DeviceException.Kind.BUILD_FAILED,
            "the device's compiler refuses %s.cl (error %d): %s".formatted(file, result, log));
      }
      return program;
    }
  }

  private static String text(String file) {
    try (InputStream in = ClKernels.class.getResourceAsStream(FOLDER + file + ".cl")) {
      if (in == null) {
        throw new IllegalStateException("kernels/opencl/" + file + ".cl is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(kernel -> ClErrors.check(clReleaseKernel(kernel), "closing"));
    programs.values().forEach(program -> ClErrors.check(clReleaseProgram(program), "closing"));
  }
}
