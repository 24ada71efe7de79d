package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_PROGRAM_BUILD_LOG;
import static org.lwjgl.opencl.CL10.CL_SUCCESS;
import static org.lwjgl.opencl.CL10.clBuildProgram;
import static org.lwjgl.opencl.CL10.clCreateKernel;
import static org.lwjgl.opencl.CL10.clCreateProgramWithSource;
import static org.lwjgl.opencl.CL10.clReleaseKernel;
import static org.lwjgl.opencl.CL10.clReleaseProgram;

import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import mneme.device.DeviceException;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelFile;
import org.lwjgl.system.MemoryStack;

/// The kernels of one device, built when first asked for.
final class ClKernels implements AutoCloseable {
  /// @param items of one work-group
  record Built(long handle, String name, int items) {}

  private final long context;
  private final long device;
  private final Map<Kernel, Long> programs = new HashMap<>();
  private final Map<Kernel, Built> kernels = new HashMap<>();

  ClKernels(long context, long device) {
    this.context = context;
    this.device = device;
  }

  Built built(Kernel kernel) {
    Built known = kernels.get(kernel);
    if (known == null) {
      known = build(kernel);
      kernels.put(kernel, known);
    }
    return known;
  }

  private Built build(Kernel kernel) {
    long program = programs.computeIfAbsent(kernel, this::program);
    int items = KernelFile.of(kernel, "opencl").definition(kernel.name()).items();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long handle = clCreateKernel(program, kernel.name(), error);
      ClErrors.check(error.get(0), "kernel " + kernel.name());
      return new Built(handle, kernel.name(), items);
    }
  }

  private long program(Kernel kernel) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long program = clCreateProgramWithSource(context, ClText.of(kernel), error);
      ClErrors.check(error.get(0), "program " + kernel.file());
      int result = clBuildProgram(program, device, "-cl-std=CL1.2", null, 0);
      if (result != CL_SUCCESS) {
        String log = ClQuery.buildLog(program, device, CL_PROGRAM_BUILD_LOG);
        clReleaseProgram(program);
        throw new DeviceException(
            DeviceException.Kind.BUILD_FAILED,
            "the device's compiler refuses %s.kernel (error %d): %s"
                .formatted(kernel.file(), result, log));
      }
      return program;
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(kernel -> ClErrors.check(clReleaseKernel(kernel.handle()), "closing"));
    programs.values().forEach(program -> ClErrors.check(clReleaseProgram(program), "closing"));
  }
}
