package mneme.engine;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import mneme.device.Device;

/// What one device of a node is opened with.
///
/// @param number of the device in its node; no other has it
/// @param id by which configuration, metrics and logs name it
/// @param opening opens the device, again after each failure
/// @param mostBytes that may be used for weights, scratch and pool together; 0: all that is free
/// @param vault what outlives the books of its pool
/// @param speed bytes a second by which it is preferred to others, found out on its own thread; 0:
///   its place says so
record Outfit(
    int number,
    String id,
    Supplier<Device> opening,
    long mostBytes,
    Vault vault,
    ToDoubleFunction<Device> speed) {
  Outfit(int number, String id, Supplier<Device> opening, long mostBytes, Vault vault) {
    this(number, id, opening, mostBytes, vault, _ -> 0);
  }
}
