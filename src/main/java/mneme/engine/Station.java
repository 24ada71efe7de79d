package mneme.engine;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/// A device of a node, in actors: who lends its memory, and who owns its thread.
///
/// @param number of the device in its node
/// @param device its id; that of a split model's station is made of those of its devices
/// @param devices one, or one for each stage of a split model
record Station(
    int number,
    String device,
    List<String> devices,
    ActorRef<MemoryPool.Command> pool,
    ActorRef<Worker.Command> worker) {
  /// A lease's number is made of the device's, the opening's and its own.
  private static final int LEASE_BITS = 40;

  private static final int OPENING_BITS = 16;

  /// Openings of a device are counted from here, so that no two devices give the same number to a
  /// lease.
  static long firstEpoch(int device) {
    return (long) device << OPENING_BITS;
  }

  /// Leases of one opening are numbered from here.
  static long firstLease(long epoch) {
    return epoch << LEASE_BITS;
  }

  Station {
    devices = List.copyOf(devices);
  }

  /// Steps that can run at the same time, each at another stage.
  int stages() {
    return devices.size();
  }

  /// Whether `other` is its id, or that of one of its devices.
  boolean isOn(String other) {
    return other.equals(device) || devices.contains(other);
  }

  /// Takes a program from the device, and its memory plan from the pool, where it has the same
  /// number.
  ///
  /// @param replyTo hears when nothing refers to the program's file any more
  void unload(long program, ActorRef<Worker.Unloaded> replyTo) {
    pool.tell(new MemoryPool.Unregister(Math.toIntExact(program)));
    worker.tell(new Worker.Unload(program, replyTo));
  }

  /// Whether that lease is one of this device.
  boolean lends(long lease) {
    return lease >>> (LEASE_BITS + OPENING_BITS) == number;
  }
}
