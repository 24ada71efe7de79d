package mneme.device.accelerator;

import java.util.List;

/// One launch of a kernel: its parameters in their order, then how often it runs. A kernel checks
/// the end of the first dimension itself.
public interface Launch {
  /// The address of byte `at` of `memory`, as the kernel's `PTR`.
  Launch at(Memory memory, long at);

  /// A pool, as the kernel's `POOL`.
  ///
  /// @param parts as many as the kernel was built for
  Launch pool(List<Memory> parts);

  Launch number(int number);

  Launch number(float number);

  default Launch flag(boolean flag) {
    return number(flag ? 1 : 0);
  }

  /// `x` by `y` work-groups; of none, nothing runs.
  void groups(long x, long y);

  /// One item for each of `x`, and that for each of `y`.
  void each(long x, long y);
}
