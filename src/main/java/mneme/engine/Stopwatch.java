package mneme.engine;

/// When things happened to one sequence; times in nanoseconds of the node's clock.
final class Stopwatch {
  private final long arrivedNs;
  private final long loadNs;
  private long admittedNs;
  private long firstTokenNs;
  private long lastNs;
  private int cachedTokens;
  private int preemptions;
  private boolean isAdmitted;

  /// @param loadNs how much of the time since arrival went into loading the model
  Stopwatch(long arrivedNs, long loadNs) {
    this.arrivedNs = arrivedNs;
    this.loadNs = loadNs;
    lastNs = arrivedNs;
  }

  /// True the first time.
  boolean admitted(long nowNs, int reusedTokens) {
    if (isAdmitted) {
      return false;
    }
    isAdmitted = true;
    admittedNs = nowNs;
    lastNs = nowNs;
    cachedTokens = reusedTokens;
    return true;
  }

  /// Whether the sequence has held memory.
  boolean isAdmitted() {
    return isAdmitted;
  }

  void drawn(long nowNs) {
    if (firstTokenNs == 0) {
      firstTokenNs = nowNs;
    }
    lastNs = nowNs;
  }

  void preempted() {
    preemptions++;
  }

  Event.Statistics statistics(int promptTokens, int generatedTokens) {
    long started = isAdmitted ? admittedNs : lastNs;
    long first = firstTokenNs == 0 ? lastNs : firstTokenNs;
    return new Event.Statistics(
        Math.max(0, started - arrivedNs - loadNs),
        loadNs,
        first - started,
        lastNs - first,
        promptTokens,
        cachedTokens,
        generatedTokens,
        preemptions);
  }
}
