package mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A device that does not compute but remembers who wrote what: each unit of its memory holds a tag
/// of the tenant and of all tokens that the bytes stand for. It runs chores and spans in the order
/// in which it was given them, later, as a real one does, and checks every read of every span.
public final class ShadowDevice {
  /// Bytes that one tag stands for; a page has at least one for each token.
  public static final int UNIT_BYTES = 64;

  /// A span on its way to the device.
  ///
  /// @param tokens of the whole sequence, at least to `end`
  public record Span(
      MemoryPlan plan, int tenant, int[] tokens, int start, int end, LeaseView view) {}

  private record Step(long number, List<Chore> chores, List<Span> spans) {}

  private final long[] units;
  private final PoolShape shape;
  private final ArrayDeque<Step> queue = new ArrayDeque<>();

  public ShadowDevice(PoolShape shape) {
    units = new long[Math.toIntExact(shape.start(shape.banks().size()) / UNIT_BYTES)];
    this.shape = shape;
  }

  public int queued() {
    return queue.size();
  }

  public void submit(long number, List<Chore> chores, List<Span> spans) {
    queue.add(new Step(number, chores, new ArrayList<>(spans)));
  }

  /// What waits of the sequence of `tokens` is not run.
  public void skip(int[] tokens) {
    queue.forEach(step -> step.spans().removeIf(span -> span.tokens() == tokens));
  }

  /// Runs the oldest step and returns its number.
  public long run() {
    Step step = queue.removeFirst();
    step.chores().forEach(this::run);
    step.spans().forEach(this::run);
    return step.number();
  }

  private void run(Chore chore) {
    int count = Math.toIntExact(chore.bytes() / UNIT_BYTES);
    switch (chore) {
      case Chore.Copy(long from, long to, long bytes) -> {
        checkPart(from, bytes);
        checkPart(to, bytes);
        assertThat(Math.abs(from - to)).as("copies do not overlap").isGreaterThanOrEqualTo(bytes);
        System.arraycopy(units, unit(from), units, unit(to), count);
      }
      case Chore.Zero(long at, long bytes) -> {
        checkPart(at, bytes);
        java.util.Arrays.fill(units, unit(at), unit(at) + count, 0);
      }
    }
  }

  private void checkPart(long at, long bytes) {
    int bank = shape.bankOf(at);
    long inBank = at - shape.start(bank);
    long partBytes = shape.banks().get(bank).partBytes();
    assertThat(shape.bankOf(at + bytes - 1)).as("bank of the last byte").isEqualTo(bank);
    assertThat((inBank + bytes - 1) / partBytes)
        .as("%d bytes at %d of a bank lie in one part of %d", bytes, inBank, partBytes)
        .isEqualTo(inBank / partBytes);
  }

  private static int unit(long at) {
    return Math.toIntExact(at / UNIT_BYTES);
  }

  private void run(Span span) {
    for (int group = 0; group < span.plan().groups().size(); group++) {
      readAndWrite(span, group);
    }
    for (int state = 0; state < span.plan().states().size(); state++) {
      advance(span, state);
    }
  }

  private void readAndWrite(Span span, int group) {
    int window = span.plan().groups().get(group).windowTokens();
    int oldest = window == 0 ? 0 : Math.max(0, span.start() + 1 - window);
    for (int position = oldest; position < span.start(); position++) {
      assertThat(units[slot(span, group, position)])
          .as(
              "tenant %d reads position %d of group %d at %d",
              span.tenant(), position, group, span.start())
          .isEqualTo(tag(span, group, position + 1));
    }
    for (int position = span.start(); position < span.end(); position++) {
      units[slot(span, group, position)] = tag(span, group, position + 1);
    }
    seesNoStranger(span, group, oldest);
  }

  private void seesNoStranger(Span span, int group, int oldest) {
    int pageTokens = span.plan().pageTokens();
    long pageBytes = span.plan().groups().get(group).pageBytes();
    for (int page = oldest / pageTokens; page * pageTokens < span.end(); page++) {
      seesNoStranger(span.view().page(group, page), pageBytes, span.tenant());
    }
  }

  private void seesNoStranger(long at, long bytes, int tenant) {
    checkPart(at, bytes);
    for (int unit = unit(at); unit < unit(at + bytes); unit++) {
      assertThat(units[unit] == 0 || units[unit] >>> 56 == tenant)
          .as("tenant %d is shown bytes of tenant %d", tenant, units[unit] >>> 56)
          .isTrue();
    }
  }

  private int slot(Span span, int group, int position) {
    int pageTokens = span.plan().pageTokens();
    return unit(span.view().page(group, position / pageTokens)) + position % pageTokens;
  }

  private void advance(Span span, int state) {
    long at = span.view().state(state);
    long bytes = span.plan().states().get(state).bytes();
    checkPart(at, bytes);
    long expected = span.start() == 0 ? 0 : tag(span, 100 + state, span.start());
    long written = tag(span, 100 + state, span.end());
    for (int unit = unit(at); unit < unit(at + bytes); unit++) {
      assertThat(units[unit])
          .as("tenant %d reads state %d at %d", span.tenant(), state, span.start())
          .isEqualTo(expected);
      units[unit] = written;
    }
  }

  /// Tenant in the first byte, then a hash of what the bytes depend on: the part, the plan, and
  /// every token before `end`.
  private static long tag(Span span, int part, int end) {
    long hash = 31L * part + System.identityHashCode(span.plan());
    for (int i = 0; i < end; i++) {
      hash = (hash ^ span.tokens()[i]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return (long) span.tenant() << 56 | hash >>> 8 | 1;
  }
}
