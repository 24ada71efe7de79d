package mneme.memory;

/// Work on the pool's bytes that the ledger has decided and the device must do. Chores and steps
/// run strictly in the order in which they were taken from the ledger: the chores taken with a step
/// run after every earlier step and before that step.
public sealed interface Chore {
  long bytes();

  /// Copies inside the pool; the two ranges do not overlap.
  record Copy(long from, long to, long bytes) implements Chore {}

  /// Scrubs what another tenant, or an older state, left behind.
  record Zero(long at, long bytes) implements Chore {}
}
