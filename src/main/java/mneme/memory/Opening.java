package mneme.memory;

/// What came of [Ledger#open] and [Ledger#fork].
public sealed interface Opening {
  /// @param reusedTokens leading tokens whose memory is already right; the first span starts there
  /// @param note for a person: why no more was reused
  record Opened(Lease lease, int reusedTokens, String note) implements Opening {}

  record Short(Shortage shortage) implements Opening {}

  /// The lease to fork has ended.
  record Stale(Lease lease) implements Opening {}
}
