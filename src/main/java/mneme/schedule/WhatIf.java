package mneme.schedule;

import java.util.ArrayList;
import java.util.List;
import mneme.memory.Footprint;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;

/// What a pool could serve, asked beforehand: the same integer arithmetic by which the ledger
/// admits.
public final class WhatIf {
  private final MemoryPlan plan;
  private final PoolShape shape;
  private final int chunkTokens;

  public WhatIf(MemoryPlan plan, PoolShape shape, int chunkTokens) {
    this.plan = plan;
    this.shape = shape;
    this.chunkTokens = chunkTokens;
  }

  /// Sequences of one length.
  ///
  /// @param tokens length, prompt and answer together
  /// @param pageBytes for each KV group of the plan, what one sequence holds at that length
  /// @param stateBytes what its states take
  /// @param peakBytes most it holds on the way there: under a window a prefill chunk sees more
  /// @param sequences how many fit at once, each at its peak, when the pool holds nothing else
  public record Row(
      int tokens, List<Long> pageBytes, long stateBytes, long peakBytes, long sequences) {
    public Row {
      pageBytes = List.copyOf(pageBytes);
    }

    public long bytes() {
      return stateBytes + pageBytes.stream().mapToLong(Long::longValue).sum();
    }
  }

  public Row row(int tokens) {
    List<Long> pages = new ArrayList<>();
    for (MemoryPlan.Group group : plan.groups()) {
      pages.add(group.pageBytes() * plan.pages(group, tokens));
    }
    Footprint peak = Footprint.peak(plan, tokens, chunkTokens);
    return new Row(tokens, pages, plan.stateBytes(), peak.bytes(), peak.timesIn(shape));
  }

  /// Many sequences at once, each at its peak, in a pool that holds nothing else.
  ///
  /// @param slabs of the pool that they fill; more than it has if they do not fit
  public record Crowd(
      int sequences, int tokens, long pageBytes, long stateBytes, long slabs, boolean fits) {
    public long bytes() {
      return pageBytes + stateBytes;
    }
  }

  public Crowd crowd(int sequences, int tokens) {
    Footprint all = Footprint.peak(plan, tokens, chunkTokens).times(sequences);
    long stateBytes = sequences * plan.stateBytes();
    return new Crowd(
        sequences, tokens, all.bytes() - stateBytes, stateBytes, all.slabs(shape), all.fits(shape));
  }

  /// One row for each power of two from `from` up to the context, and one for the context.
  public List<Row> table(int from, int contextTokens) {
    List<Row> rows = new ArrayList<>();
    for (long tokens = from; tokens < contextTokens; tokens *= 2) {
      rows.add(row((int) tokens));
    }
    rows.add(row(contextTokens));
    return rows;
  }

  /// How many sequences of `tokens` tokens fit beside what others hold already.
  public long sequencesBeside(Footprint held, int tokens) {
    Footprint one = Footprint.peak(plan, tokens, chunkTokens);
    if (one.bytes() == 0) {
      return Long.MAX_VALUE;
    }
    long low = held.fits(shape) ? 0 : -1;
    long high = shape.bytes() / one.bytes() + 1;
    while (low >= 0 && high - low > 1) {
      long middle = low + (high - low) / 2;
      if (held.plus(one.times(middle)).fits(shape)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.max(0, low);
  }
}
