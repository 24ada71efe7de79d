package mneme.memory;

/// What came of [Ledger#grow].
public sealed interface Growth {
  Growth GRANTED = new Granted();

  /// The span may run; take the view anew.
  record Granted() implements Growth {}

  record Short(Shortage shortage) implements Growth {}

  record Stale(Lease lease) implements Growth {}
}
