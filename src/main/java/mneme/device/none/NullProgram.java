package mneme.device.none;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import mneme.device.Batch;
import mneme.device.DevicePool;
import mneme.device.Edges;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.Reach;
import mneme.device.Span;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// Keeps a running hash of a sequence's tokens: at each position in the page of every KV group that
/// the graph uses, and at the head of every state that it uses. Where the graph is a part, its rows
/// carry the hash to the next one, which has its own memory beside it.
final class NullProgram implements Program {
  private final int width;
  private final MemoryPlan plan;
  private final Duration delay;
  private final Edges edges;
  private final Reach reach;
  private final MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  NullProgram(Graph graph, MemoryPlan plan, Duration delay) {
    this.width = graph.vocabulary();
    this.plan = plan;
    this.delay = delay;
    this.edges = Edges.of(graph);
    this.reach = Reach.of(graph, plan);
    reach.groups().forEach(this::checkRoom);
  }

  private void checkRoom(int group) {
    long pageBytes = plan.groups().get(group).pageBytes();
    if (pageBytes / plan.pageTokens() < Long.BYTES) {
      throw new IllegalArgumentException(
          "pages of %d bytes for %d tokens; the null device needs 8 bytes a token"
              .formatted(pageBytes, plan.pageTokens()));
    }
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    edges.check(batch);
    LockSupport.parkNanos(delay.toNanos());
    float[] values = logits.reserve(batch.outputs());
    Arrays.fill(values, 0);
    int row = 0;
    int output = 0;
    for (Span span : batch.spans()) {
      long memory = recall(span, pool);
      int count = span.tokens().length();
      for (int i = 0; i < count; i++, row++) {
        memory = read(span, i, memory);
        memory = agreed(memory, batch, row);
        keep(span, i, memory, pool);
        if (i >= count - span.outputs()) {
          say(memory, values, output++ * width);
        }
      }
      for (int state : reach.states()) {
        put(pool, span.memory().state(state), memory);
      }
    }
  }

  private static long read(Span span, int index, long memory) {
    return NullDevice.advance(memory, span.tokens().at(index), span.start() + index);
  }

  /// What the part before says, where this one has nothing of its own or knows the same; else
  /// neither, so that the stream shows it.
  private long agreed(long memory, Batch batch, int row) {
    float[] given = batch.given();
    if (edges.givenWidth() == 0 || given == null) {
      return memory;
    }
    long told = HashRow.read(given, row * edges.givenWidth());
    boolean remembers = !reach.groups().isEmpty() || !reach.states().isEmpty();
    return !remembers || told == memory ? told : memory * 31 + told;
  }

  private void say(long memory, float[] values, int at) {
    if (edges.everyRow()) {
      HashRow.write(memory, values, at);
    } else {
      values[at + NullDevice.pick(memory, width)] = 1;
    }
  }

  private void keep(Span span, int index, long memory, DevicePool pool) {
    int position = span.start() + index;
    for (int group : reach.groups()) {
      int end = span.start() + span.tokens().length();
      int oldest = plan.firstPage(plan.groups().get(group), end);
      if (position / plan.pageTokens() >= oldest) {
        put(pool, slot(span, group, position), memory);
      }
    }
  }

  /// What pages and states say of the tokens before the span. If they disagree the result is none
  /// of theirs, so the stream shows it.
  private long recall(Span span, DevicePool pool) {
    if (span.start() == 0) {
      return NullDevice.start();
    }
    long first = 0;
    boolean seen = false;
    for (int group : reach.groups()) {
      long found = get(pool, slot(span, group, span.start() - 1));
      first = seen && found != first ? first * 31 + found : found;
      seen = true;
    }
    for (int state : reach.states()) {
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
