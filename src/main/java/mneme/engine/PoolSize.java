package mneme.engine;

import mneme.device.DeviceInfo;

/// How many bytes of a device its pool takes.
///
/// @param fixedBytes exactly that many; 0: a share of what is free once the first model is ready
/// @param share of the free bytes, between 0 and 1
/// @param mostBytes never more than that
record PoolSize(long fixedBytes, double share, long mostBytes) {
  long bytes(DeviceInfo device) {
    return fixedBytes > 0 ? fixedBytes : Math.min(mostBytes, (long) (device.freeBytes() * share));
  }
}
