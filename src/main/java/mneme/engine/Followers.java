package mneme.engine;

import java.util.List;
import java.util.function.Supplier;
import mneme.memory.Tokens;

/// Those who wait for a sequence, their leader, to have read the prompt that they share.
final class Followers {
  /// Before the last token of the prompt: to read that one, each draws from it by itself.
  private final int forkAt;

  private List<Sequence.Follower> waiting;

  Followers(List<Sequence.Follower> waiting, int promptTokens) {
    this.waiting = List.copyOf(waiting);
    forkAt = promptTokens - 1;
  }

  /// Position behind which the leader reads nothing while somebody waits.
  int holdAt() {
    return waiting.isEmpty() ? Integer.MAX_VALUE : forkAt;
  }

  /// Once all that they share is read, and nothing more, they get leases on it.
  boolean shareIfDue(Tenancy tenancy, Supplier<Tokens> known) {
    if (waiting.isEmpty() || tenancy.computed() != forkAt) {
      return false;
    }
    tenancy.share(waiting, known.get());
    waiting = List.of();
    return true;
  }
}
