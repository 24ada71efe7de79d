package mneme.memory;

/// A fenced handle on what one sequence holds: pages, state blocks and the promise made when it was
/// opened. It is current from [Ledger#open] until [Ledger#release]; after that every use is
/// refused, even if the same owner or slot holds memory again.
///
/// @param owner the sequence, as its engine numbers them
/// @param slot where the ledger keeps the books of this lease
/// @param epoch unique in the life of a ledger
public record Lease(long owner, int slot, long epoch) {}
