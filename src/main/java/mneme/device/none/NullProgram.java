package mneme.device.none;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import mneme.device.Batch;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.Span;
import mneme.memory.MemoryPlan;

/// Keeps a running hash of a sequence's tokens: at each position in every KV group's page, and at
/// the head of every state.
final class NullProgram implements Program {
  private final int vocabulary;
  private final MemoryPlan plan;
  private final Duration delay;
  private final MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  NullProgram(int vocabulary, MemoryPlan plan, Duration delay) {
    this.vocabulary = vocabulary;
    this.plan = plan;
    this.delay = delay;
    for (MemoryPlan.Group group : plan.groups()) {
      if (group.pageBytes() / plan.pageTokens() < Long.BYTES) {
        throw new IllegalArgumentException(
            "pages of %d bytes for %d tokens; the null device needs 8 bytes a token"
                .formatted(group.pageBytes(), plan.pageTokens()));
      }
    }
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    LockSupport.parkNanos(delay.toNanos());
    float[] values = logits.reserve(batch.outputs());
    int row = 0;
    for (Span span : batch.spans()) {
      row = run(span, pool, values, row);
    }
    Arrays.fill(values, row * vocabulary, values.length, 0);
  }

  private int run(Span span, DevicePool pool, float[] values, int firstRow) {
    long memory = span.start() == 0 ? NullDevice.start() : recall(span, pool);
    int count = span.tokens().length();
    int row = firstRow;
    for (int i = 0; i < count; i++) {
      int position = span.start() + i;
      memory = NullDevice.advance(memory, span.tokens().at(i), position);
      for (int group = 0; group < plan.groups().size(); group++) {
        int oldest = plan.firstPage(plan.groups().get(group), span.start() + count);
        if (position / plan.pageTokens() >= oldest) {
          put(pool, slot(span, group, position), memory);
        }
      }
      if (i >= count - span.outputs()) {
        Arrays.fill(values, row * vocabulary, (row + 1) * vocabulary, 0);
        values[row * vocabulary + NullDevice.pick(memory, vocabulary)] = 1;
        row++;
      }
    }
    for (int state = 0; state < plan.states().size(); state++) {
      put(pool, span.memory().state(state), memory);
    }
    return row;
  }

  /// What pages and states say of the tokens before the span. If they disagree the result is none
  /// of theirs, so the stream shows it.
  private long recall(Span span, DevicePool pool) {
    long first = 0;
    boolean seen = false;
    for (int group = 0; group < plan.groups().size(); group++) {
      long found = get(pool, slot(span, group, span.start() - 1));
      first = seen && found != first ? first * 31 + found : found;
      seen = true;
    }
    for (int state = 0; state < plan.states().size(); state++) {
      long found = get(pool, span.memory().state(state));
      first = seen && found != first ? first * 31 + found : found;
      seen = true;
    }
    return first;
  }

  private long slot(Span span, int group, int position) {
    long page = span.memory().page(group, position / plan.pageTokens());
    long slotBytes = plan.groups().get(group).pageBytes() / plan.pageTokens();
    return page + position % plan.pageTokens() * slotBytes;
  }

  private long get(DevicePool pool, long at) {
    pool.read(at, word);
    return word.get(ValueLayout.JAVA_LONG, 0);
  }

  private void put(DevicePool pool, long at, long value) {
    word.set(ValueLayout.JAVA_LONG, 0, value);
    pool.write(at, word);
  }

  @Override
  public long weightBytes() {
    return 0;
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
