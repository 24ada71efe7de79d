package mneme.device;

import java.util.OptionalLong;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// One piece of hardware that holds memory and runs graphs. Calls on one device, its pool and its
/// programs come from one thread at a time (the device's worker); they block until done.
public interface Device extends AutoCloseable {
  DeviceInfo info();

  /// Takes `bytes` of the device's memory for pages and states, zeroed. No page and no state may
  /// lie across a multiple of [DeviceInfo#partBytes].
  ///
  /// @throws DeviceException kind OUT_OF_MEMORY if the device cannot give that much
  DevicePool openPool(long bytes);

  /// Uploads the weights of `graph`, in the layout this device computes best with, and makes the
  /// graph ready to run with memory laid out as `plan` says. A tensor that an open program of this
  /// device has too is there once for both, and goes with the last of them.
  Program prepare(Graph graph, MemoryPlan plan, Numerics numerics);

  /// What [#prepare] would take, and steps of up to `largest` after it: to the byte what the
  /// program says of itself once such a step has run, whatever other programs have there already.
  /// Uploads nothing.
  ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest);

  /// Whether products use matrix units where [Numerics#QUANTIZED] allows it.
  default boolean hasMatrixUnits() {
    return false;
  }

  /// Bytes of the device's memory that everything of ours on it takes now, where that is counted:
  /// what the device keeps for itself while it is open, programs and pools.
  default OptionalLong allocatedBytes() {
    return OptionalLong.empty();
  }

  /// What the driver says that this process takes of the device, if it tells.
  default OptionalLong driverBytes() {
    return OptionalLong.empty();
  }

  @Override
  void close();
}
