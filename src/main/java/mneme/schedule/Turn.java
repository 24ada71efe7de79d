package mneme.schedule;

/// One span of the next step: positions `[start, end)` of a sequence.
public record Turn(long sequence, int start, int end, boolean isPrefill) {
  public int tokens() {
    return end - start;
  }
}
