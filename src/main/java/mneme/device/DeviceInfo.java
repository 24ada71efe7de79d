package mneme.device;

import java.util.Optional;
import mneme.memory.MemoryPlan;

/// What discovery learned of one device.
///
/// @param id stable short name, such as `host`, `opencl:0`, `vulkan:1`; used in configuration
/// @param totalBytes memory the device has; for the host what this process may use (cgroup)
/// @param freeBytes what is free of it now, as far as the driver tells; else totalBytes
/// @param largestAllocationBytes most bytes one buffer may have
/// @param unified whether it shares the host's memory
/// @param unusedBecause why Mneme does not compute on it, or empty if it does
public record DeviceInfo(
    String id,
    Kind kind,
    String name,
    String driver,
    long totalBytes,
    long freeBytes,
    long largestAllocationBytes,
    boolean unified,
    Optional<String> unusedBecause) {
  public enum Kind {
    HOST,
    OPENCL,
    VULKAN,
    NONE
  }

  /// The same device, of which so many bytes are free.
  public DeviceInfo withFree(long bytes) {
    return new DeviceInfo(
        id, kind, name, driver, totalBytes, bytes, largestAllocationBytes, unified, unusedBecause);
  }

  DeviceInfo unusedBecause(Optional<String> because) {
    return new DeviceInfo(
        id, kind, name, driver, totalBytes, freeBytes, largestAllocationBytes, unified, because);
  }

  /// Bytes of a part of a pool: what is larger has several, one after the other, and nothing that
  /// kernels are to find in it may lie in two.
  public long partBytes() {
    return largestAllocationBytes / MemoryPlan.ALIGNMENT_BYTES * MemoryPlan.ALIGNMENT_BYTES;
  }
}
