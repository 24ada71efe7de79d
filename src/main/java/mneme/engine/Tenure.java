package mneme.engine;

import mneme.memory.Lease;
import mneme.memory.Tokens;

/// What the pool knows of one lease it has granted.
final class Tenure {
  /// Number by which the actors name the lease; never used twice while the node lives.
  final long number;

  final Lease lease;
  final MemoryPool.Reserve request;

  /// End of the last slice that was given memory: the work that is lost with the lease.
  int granted;

  /// How much of the request's tokens is in the prefix index on our account.
  int published;

  /// The reader does not read, so the memory is of no use for now.
  boolean paused;

  /// The model has ended the stream; it runs no more.
  boolean ended;

  /// The owner was asked to give the lease back.
  boolean yielding;

  Tenure(long number, Lease lease, MemoryPool.Reserve request, int reusedTokens) {
    this.number = number;
    this.lease = lease;
    this.request = request;
    granted = reusedTokens;
    published = reusedTokens;
  }

  /// Sequences are numbered as they arrive.
  long rank() {
    return request.sequence();
  }

  Tokens known() {
    return request.known();
  }
}
