package mneme.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.Span;
import mneme.device.StepSize;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A device that writes into every page and state which tokens led there, and at every step checks
/// all that a real one would read. Memory that belongs to another, or to another time, is found at
/// once. It fails when told.
final class TaggingDevice implements Device {
  private static final int SLOT_BYTES = 16;

  private final NullDevice nothing = new NullDevice();
  private final Random random;
  private final double failures;
  private final Set<Long> lies = new HashSet<>();
  private final Consumer<String> mixUps;

  /// @param failures chance of a failure at each place where a step can fail
  /// @param mixUps hears of memory that is not what it should be
  TaggingDevice(Random random, double failures, Consumer<String> mixUps) {
    this.random = random;
    this.failures = failures;
    this.mixUps = mixUps;
  }

  @Override
  public DeviceInfo info() {
    return nothing.info();
  }

  @Override
  public DevicePool openPool(long bytes) {
    return nothing.openPool(bytes);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new Tagging(plan, graph.vocabulary());
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return new ProgramSize(0, 0);
  }

  @Override
  public void close() {}

  /// Never twice of the same tokens: that would be the stream's own fault.
  private boolean mayLie(long tag) {
    return random.nextDouble() < failures && lies.add(tag);
  }

  private void mayFail() {
    if (random.nextDouble() < failures) {
      throw new DeviceException(DeviceException.Kind.FAILED, "a failure that was asked for");
    }
  }

  private final class Tagging implements Program {
    private final MemoryPlan plan;
    private final int vocabulary;
    private final MemorySegment slot = Arena.ofAuto().allocate(SLOT_BYTES);

    Tagging(MemoryPlan plan, int vocabulary) {
      this.plan = plan;
      this.vocabulary = vocabulary;
    }

    @Override
    public void run(Batch batch, DevicePool pool, Logits logits) {
      mayFail();
      float[] rows = logits.reserve(batch.outputs());
      Arrays.fill(rows, 0);
      int row = 0;
      for (Span span : batch.spans()) {
        long tag = span.start() == 0 ? NullDevice.start() : recall(span, pool);
        for (int i = 0; i < span.tokens().length(); i++) {
          tag = read(span, i, tag, pool);
          if (i >= span.tokens().length() - span.outputs()) {
            rows[row * vocabulary + NullDevice.pick(tag, vocabulary)] = mayLie(tag) ? Float.NaN : 1;
            row++;
          }
        }
        mayFail();
      }
      mayFail();
    }

    private long read(Span span, int i, long before, DevicePool pool) {
      int token = span.tokens().at(i);
      int position = span.start() + i;
      long tag = NullDevice.advance(before, token, position);
      for (int group = 0; group < plan.groups().size(); group++) {
        if (position / plan.pageTokens() >= oldest(group, span.start())) {
          put(pool, at(span, group, position), tag, token);
        }
      }
      for (int state = 0; state < plan.states().size(); state++) {
        put(pool, span.memory().state(state), tag, position + 1);
      }
      return tag;
    }

    /// Checks everything that the span's first token sees.
    private long recall(Span span, DevicePool pool) {
      long last = 0;
      boolean seen = false;
      for (int group = 0; group < plan.groups().size(); group++) {
        long found = recall(span, group, pool);
        check(!seen || found == last, span, "groups disagree");
        last = found;
        seen = true;
      }
      for (int state = 0; state < plan.states().size(); state++) {
        get(pool, span.memory().state(state));
        check(
            slot.get(ValueLayout.JAVA_LONG, 8) == span.start(),
            span,
            "a state has read " + slot.get(ValueLayout.JAVA_LONG, 8) + " tokens");
        long found = slot.get(ValueLayout.JAVA_LONG, 0);
        check(!seen || found == last, span, "a state disagrees");
        last = found;
        seen = true;
      }
      return last;
    }

    private long recall(Span span, int group, DevicePool pool) {
      int window = plan.groups().get(group).windowTokens();
      int first = window == 0 ? 0 : Math.max(0, span.start() + 1 - window);
      long tag = NullDevice.start();
      for (int position = first; position < span.start(); position++) {
        get(pool, at(span, group, position));
        int token = (int) slot.get(ValueLayout.JAVA_LONG, 8);
        long found = slot.get(ValueLayout.JAVA_LONG, 0);
        check(
            position == first && first > 0 || found == NullDevice.advance(tag, token, position),
            span,
            "the page of position %d in group %d is another's".formatted(position, group));
        tag = found;
      }
      return tag;
    }

    private void check(boolean holds, Span span, String what) {
      if (!holds) {
        mixUps.accept("at %d: %s".formatted(span.start(), what));
      }
    }

    private int oldest(int group, int start) {
      return plan.firstPage(plan.groups().get(group), start + 1);
    }

    private long at(Span span, int group, int position) {
      long slotBytes = plan.groups().get(group).pageBytes() / plan.pageTokens();
      return span.memory().page(group, position / plan.pageTokens())
          + position % plan.pageTokens() * slotBytes;
    }

    private void get(DevicePool pool, long at) {
      pool.read(at, slot);
    }

    private void put(DevicePool pool, long at, long tag, long note) {
      slot.set(ValueLayout.JAVA_LONG, 0, tag);
      slot.set(ValueLayout.JAVA_LONG, 8, note);
      pool.write(at, slot);
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
}
