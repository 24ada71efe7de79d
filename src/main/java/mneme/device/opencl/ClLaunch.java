package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clEnqueueNDRangeKernel;
import static org.lwjgl.opencl.CL10.clSetKernelArg1f;
import static org.lwjgl.opencl.CL10.clSetKernelArg1i;
import static org.lwjgl.opencl.CL10.clSetKernelArg1l;
import static org.lwjgl.opencl.CL10.clSetKernelArg1p;

import java.util.List;
import mneme.device.accelerator.Launch;
import mneme.device.accelerator.Memory;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/// One launch of an OpenCL kernel.
final class ClLaunch implements Launch {
  private final long queue;
  private final ClKernels.Built kernel;
  private int index;

  ClLaunch(long queue, ClKernels.Built kernel) {
    this.queue = queue;
    this.kernel = kernel;
  }

  @Override
  public Launch at(Memory memory, long at) {
    checked(clSetKernelArg1p(kernel.handle(), index, ClMemory.handle(memory)));
    return checked(clSetKernelArg1l(kernel.handle(), index, at));
  }

  @Override
  public Launch pool(List<Memory> parts) {
    parts.forEach(part -> checked(clSetKernelArg1p(kernel.handle(), index, ClMemory.handle(part))));
    return this;
  }

  @Override
  public Launch number(int number) {
    return checked(clSetKernelArg1i(kernel.handle(), index, number));
  }

  @Override
  public Launch number(float number) {
    return checked(clSetKernelArg1f(kernel.handle(), index, number));
  }

  private Launch checked(int error) {
    ClErrors.check(error, "argument " + index + " of kernel " + kernel.name());
    index++;
    return this;
  }

  @Override
  public void each(long x, long y) {
    groups((x + kernel.items() - 1) / kernel.items(), y);
  }

  @Override
  public void groups(long x, long y) {
    if (x == 0 || y == 0) {
      return;
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer global = stack.pointers(x * kernel.items(), y);
      PointerBuffer local = stack.pointers(kernel.items(), 1);
      ClErrors.check(
          clEnqueueNDRangeKernel(queue, kernel.handle(), 2, null, global, local, null, null),
          "kernel " + kernel.name());
    }
  }
}
