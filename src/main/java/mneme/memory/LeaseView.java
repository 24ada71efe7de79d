package mneme.memory;

/// Where the memory of one sequence lies at one moment: byte offsets into the device's pool. An
/// immutable picture that travels with a step; the lease itself stays with its owner.
public interface LeaseView {
  /// Byte offset of the page of KV group `group` that holds positions `[index * pageTokens, (index
  /// + 1) * pageTokens)`. Pages that left a window have none.
  ///
  /// @throws IndexOutOfBoundsException if that page is not leased
  long page(int group, int index);

  /// Byte offset of the state block of state need number `state` (its rank in the plan).
  long state(int state);
}
