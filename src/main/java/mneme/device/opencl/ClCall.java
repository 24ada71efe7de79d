package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.clEnqueueNDRangeKernel;
import static org.lwjgl.opencl.CL10.clSetKernelArg;
import static org.lwjgl.opencl.CL10.clSetKernelArg1f;
import static org.lwjgl.opencl.CL10.clSetKernelArg1i;
import static org.lwjgl.opencl.CL10.clSetKernelArg1l;
import static org.lwjgl.opencl.CL10.clSetKernelArg1p;

import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/// One launch of a kernel: its arguments in their order, then the run.
final class ClCall {
  /// Items of a work-group whose items have nothing to do with one another.
  private static final int ITEMS = 64;

  private final ClQueue queue;
  private final long kernel;
  private final String name;
  private int index;

  ClCall(ClQueue queue, long kernel, String name) {
    this.queue = queue;
    this.kernel = kernel;
    this.name = name;
  }

  ClCall buffer(ClBuffer buffer) {
    return checked(clSetKernelArg1p(kernel, index, buffer.handle()));
  }

  /// Where something begins, as the kernel's `ulong`.
  ClCall at(long offset) {
    return checked(clSetKernelArg1l(kernel, index, offset));
  }

  ClCall number(int number) {
    return checked(clSetKernelArg1i(kernel, index, number));
  }

  ClCall flag(boolean flag) {
    return number(flag ? 1 : 0);
  }

  ClCall number(float number) {
    return checked(clSetKernelArg1f(kernel, index, number));
  }

  /// Local memory of a work-group.
  ClCall local(long bytes) {
    return checked(clSetKernelArg(kernel, index, bytes));
  }

  private ClCall checked(int error) {
    ClErrors.check(error, "argument " + index + " of kernel " + name);
    index++;
    return this;
  }

  /// One item for each of `x` by `y`; the kernel checks its end.
  void each(long x, long y) {
    run((x + ITEMS - 1) / ITEMS * ITEMS, ITEMS, y);
  }

  /// `x` by `y` work-groups of `items` items.
  void groups(long x, int items, long y) {
    run(x * items, items, y);
  }

  private void run(long x, int items, long y) {
    if (x == 0 || y == 0) {
      return;
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer global = stack.pointers(x, y);
      PointerBuffer local = stack.pointers(items, 1);
      ClErrors.check(
          clEnqueueNDRangeKernel(queue.handle(), kernel, 2, null, global, local, null, null),
          "kernel " + name);
    }
  }
}
