package mneme.engine;

import java.util.Arrays;
import mneme.memory.Lease;
import mneme.memory.Tokens;

/// What the pool knows of one lease it has granted.
final class Tenure {
  /// Number by which the actors name the lease; never used twice while the node lives.
  final long number;

  final Lease lease;
  final MemoryPool.Reserve request;
  final Places places;

  /// End of the last slice that was given memory: the work that is lost with the lease.
  int granted;

  /// Tokens that finished steps have read.
  int read;

  /// How much of its tokens is in the prefix index on our account.
  int published;

  /// The last step that carries a slice of it.
  long lastStep;

  /// The reader does not read, so the memory is of no use for now.
  boolean paused;

  /// The model has ended the stream; it runs no more.
  boolean ended;

  /// The owner is to give the lease back, and gets no more memory.
  boolean yielding;

  /// The request's tokens, and those drawn since.
  private int[] ids;

  private int length;

  Tenure(long number, Lease lease, MemoryPool.Reserve request, Places places, int reusedTokens) {
    this.number = number;
    this.lease = lease;
    this.request = request;
    this.places = places;
    granted = reusedTokens;
    read = reusedTokens;
    published = reusedTokens;
    ids = request.known().toArray();
    length = ids.length;
  }

  /// Sequences are numbered as they arrive.
  long rank() {
    return request.sequence();
  }

  Tokens known() {
    return request.known();
  }

  void drew(int index, int token) {
    if (index != length) {
      throw new IllegalStateException("token %d came when %d was due".formatted(index, length));
    }
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, length + Math.max(16, length / 4));
    }
    ids[length++] = token;
  }

  Tokens tokens(int end) {
    return end <= known().length() ? known().slice(0, end) : Tokens.of(Arrays.copyOf(ids, end));
  }
}
