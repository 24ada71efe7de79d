package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clCreateKernel;
import static org.lwjgl.opencl.CL10.clReleaseKernel;
import static org.lwjgl.opencl.CL10.clReleaseProgram;

import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import mneme.device.Signals;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelFile;
import org.lwjgl.system.MemoryStack;

/// The kernels of one device, built when first asked for.
final class ClKernels implements AutoCloseable {
  /// @param items of one work-group
  record Built(long handle, String name, int items) {}

  private final ClCompiler compiler;
  private final Map<Kernel, Long> programs = new HashMap<>();
  private final Map<Kernel, Built> kernels = new HashMap<>();

  ClKernels(ClCompiler compiler) {
    this.compiler = compiler;
  }

  Built built(Kernel kernel) {
    Built known = kernels.get(kernel);
    if (known == null) {
      known = Signals.kept(() -> build(kernel));
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
    return compiler.program(ClText.of(kernel), kernel.name());
  }

  @Override
  public void close() {
    kernels.values().forEach(kernel -> ClErrors.check(clReleaseKernel(kernel.handle()), "closing"));
    programs.values().forEach(program -> ClErrors.check(clReleaseProgram(program), "closing"));
  }
}
