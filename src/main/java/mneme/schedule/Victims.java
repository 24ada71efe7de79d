package mneme.schedule;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Who gives its memory back when a running sequence needs more than there is: the one that loses
/// least work. It continues exactly later; nothing is lost but time. The oldest sequence is never
/// chosen, so it can always finish, and then the next is the oldest: everyone finishes.
public final class Victims {
  private Victims() {}

  /// One that could give way.
  ///
  /// @param arrival order of arrival, unique
  /// @param lostTokens tokens that would have to run again, after what stays cached
  /// @param freedBytes bytes that it alone holds or was promised
  public record Running(long sequence, long arrival, int lostTokens, long freedBytes) {}

  private static final Comparator<Running> LEAST_LOSS =
      Comparator.comparing((Running one) -> one.freedBytes() == 0)
          .thenComparingInt(Running::lostTokens)
          .thenComparing(Comparator.comparingLong(Running::arrival).reversed());

  /// The victim: fewest tokens to run again, the latest arrival among equals. One that shares all
  /// it holds comes last: it frees something only when the others have gone as well. Empty if only
  /// the oldest is left.
  public static Optional<Running> choose(Collection<Running> running) {
    long oldest = running.stream().mapToLong(Running::arrival).min().orElse(0);
    return running.stream().filter(one -> one.arrival() != oldest).min(LEAST_LOSS);
  }
}
