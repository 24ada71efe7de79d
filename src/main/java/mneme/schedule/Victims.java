package mneme.schedule;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Who gives its memory back when a sequence needs more than there is: the one that loses least
/// work. It continues exactly later; nothing is lost but time. A sequence drives out only those who
/// came after it, and those that are idle: so the oldest always gets on, and everyone is the oldest
/// some day.
public final class Victims {
  private Victims() {}

  /// One that holds memory.
  ///
  /// @param arrival order of arrival, unique
  /// @param isIdle has nothing to run for now, because its reader does not read
  /// @param lostTokens tokens that would have to run again, if nothing of it stays cached
  /// @param freedBytes bytes that it alone holds or was promised
  public record Running(
      long sequence, long arrival, boolean isIdle, int lostTokens, long freedBytes) {}

  private static final Comparator<Running> LEAST_LOSS =
      Comparator.comparing((Running one) -> !one.isIdle())
          .thenComparing((Running one) -> one.freedBytes() == 0)
          .thenComparingInt(Running::lostTokens)
          .thenComparing(Comparator.comparingLong(Running::arrival).reversed());

  /// The victim for a sequence that arrived as number `arrival`: idle before busy, fewest tokens to
  /// run again, the latest arrival among equals. One that shares all it holds comes last: it frees
  /// something only when the others have gone as well. Empty if nobody has to give way to it.
  public static Optional<Running> choose(Collection<Running> running, long arrival) {
    return running.stream()
        .filter(one -> one.arrival() != arrival && (one.isIdle() || one.arrival() > arrival))
        .min(LEAST_LOSS);
  }
}
