package mneme.memory;

/// Something that only the prefix index holds and that may go when memory is short: the pages of a
/// node, or a checkpoint.
abstract sealed class Candidate permits IndexNode, Checkpoint {
  /// What it is worth to keep, by [Eviction]; the lowest goes first.
  double priority;

  /// What the clock of [Eviction] showed when it was last put in or reused.
  double touchedAt;

  /// Breaks ties: the one touched longest ago goes first.
  long touched;

  /// How often it was put in or reused.
  int uses;

  boolean isQueued;

  /// Tokens that need not run again as long as it is kept.
  abstract double savedTokens();

  /// Bytes it keeps.
  abstract long bytes();
}
