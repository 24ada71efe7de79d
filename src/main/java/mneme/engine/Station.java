package mneme.engine;

import org.apache.pekko.actor.typed.ActorRef;

/// A device of a node, in actors: who lends its memory, and who owns its thread.
///
/// @param number of the device in its node
/// @param device its id
/// @param stages steps that can run at the same time, each at another stage of a split model
record Station(
    int number,
    String device,
    int stages,
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

  /// Whether that lease is one of this device.
  boolean lends(long lease) {
    return lease >>> (LEASE_BITS + OPENING_BITS) == number;
  }
}
