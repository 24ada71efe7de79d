package mneme.schedule;

import mneme.memory.Footprint;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.Shortage;

/// Whether a sequence may start, in numbers and in a sentence. What can never fit is refused before
/// it waits; so whatever is admitted can finish, at the latest when it has the pool to itself:
/// unless the pool is cut anew for a model with larger objects, which the pool then says of a
/// stream.
public final class Admission {
  private final MemoryPlan plan;
  private final PoolShape shape;
  private final int chunkTokens;
  private final int contextTokens;

  /// @param contextTokens longest sequence that the model is served with
  public Admission(MemoryPlan plan, PoolShape shape, int chunkTokens, int contextTokens) {
    this.plan = plan;
    this.shape = shape;
    this.chunkTokens = chunkTokens;
    this.contextTokens = contextTokens;
  }

  /// What is decided of a claim.
  public sealed interface Verdict {
    /// For a person: the decision and its arithmetic.
    String sentence();
  }

  /// It can run some day: ask the ledger, and queue it while that is short.
  public record Possible(int promptTokens, int tokens, long peakBytes, long poolBytes)
      implements Verdict {
    @Override
    public String sentence() {
      return "%d prompt tokens, up to %d in all, take at most %d bytes of a pool of %d"
          .formatted(promptTokens, tokens, peakBytes, poolBytes);
    }
  }

  /// Longer than the model's context.
  public record TooLong(int promptTokens, int contextTokens) implements Verdict {
    @Override
    public String sentence() {
      return "the prompt has %d tokens and at least one more is to come; the context holds %d"
          .formatted(promptTokens, contextTokens);
    }
  }

  /// More memory than the whole pool has.
  ///
  /// @param longestTokens longest sequence that would fit
  public record NeverFits(int tokens, long peakBytes, long poolBytes, int longestTokens)
      implements Verdict {
    @Override
    public String sentence() {
      return ("%d tokens take %d bytes; the pool has %d in all, enough for %d tokens;"
              + " ask for fewer tokens or give the pool more memory")
          .formatted(tokens, peakBytes, poolBytes, longestTokens);
    }
  }

  /// Judges a prompt that may grow by `newTokens`; the context bounds their sum.
  public Verdict judge(int promptTokens, int newTokens) {
    if (promptTokens >= contextTokens) {
      return new TooLong(promptTokens, contextTokens);
    }
    int tokens = (int) Math.min((long) promptTokens + newTokens, contextTokens);
    Footprint peak = Footprint.peak(plan, tokens, chunkTokens);
    if (!peak.fits(shape)) {
      return new NeverFits(tokens, peak.bytes(), shape.bytes(), longest());
    }
    return new Possible(promptTokens, tokens, peak.bytes(), shape.bytes());
  }

  /// Longest sequence, up to the context, that fits the pool alone.
  public int longest() {
    int low = 0;
    int high = contextTokens + 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (Footprint.peak(plan, middle, chunkTokens).fits(shape)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Why a possible sequence waits, for a person.
  public static String sentence(Shortage shortage, int ahead) {
    return "waits for %d bytes, %d ahead of it; it needs %d, and %d come back with the running step"
        .formatted(shortage.missingBytes(), ahead, shortage.neededBytes(), shortage.restingBytes());
  }
}
