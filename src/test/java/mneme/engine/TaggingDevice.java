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
import mneme.device.Edges;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.Reach;
import mneme.device.Span;
import mneme.device.StepSize;
import mneme.device.none.HashRow;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;

/// A device that writes into every page and state which tokens led there, and at every step checks
/// all that a real one would read. Memory that belongs to another, or to another time, is found at
/// once. It fails when told.
final class TaggingDevice implements Device {
  private static final int SLOT_BYTES = 16;

  private final NullDevice nothing = new NullDevice();
  private final Random random;
  private final Failings failings;
  private final long partBytes;
  private final Consumer<String> mixUps;

  /// What goes wrong with the devices of one node.
  ///
  /// @param chance of a failure at each place where a step can fail
  /// @param lies the tokens of which some device has lied
  record Failings(double chance, Set<Long> lies) {
    Failings(double chance) {
      this(chance, new HashSet<>());
    }
  }

  /// @param partBytes of its pools' parts
  /// @param mixUps hears of memory that is not what it should be
  TaggingDevice(Random random, Failings failings, long partBytes, Consumer<String> mixUps) {
    this.random = random;
    this.failings = failings;
    this.partBytes = partBytes;
    this.mixUps = mixUps;
  }

  @Override
  public DeviceInfo info() {
    DeviceInfo info = nothing.info();
    return new DeviceInfo(
        info.id(),
        info.kind(),
        info.name(),
        info.driver(),
        info.totalBytes(),
        info.freeBytes(),
        partBytes,
        info.unified(),
        info.unusedBecause());
  }

  @Override
  public DevicePool openPool(long bytes) {
    return nothing.openPool(bytes);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new Tagging(plan, graph);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return new ProgramSize(0, 0);
  }

  @Override
  public void close() {}

  /// Never twice of the same tokens, opened anew or not: that would be the stream's own fault.
  private boolean mayLie(long tag) {
    return random.nextDouble() < failings.chance() && failings.lies().add(tag);
  }

  private void mayFail() {
    if (random.nextDouble() < failings.chance()) {
      throw new DeviceException(DeviceException.Kind.FAILED, "a failure that was asked for");
    }
  }

  private final class Tagging implements Program {
    private final MemoryPlan plan;
    private final int vocabulary;
    private final Edges edges;
    private final Reach reach;
    private final MemorySegment slot = Arena.ofAuto().allocate(SLOT_BYTES);

    /// @param graph of a whole model or of a stage, which has the memory of its own layers only
    Tagging(MemoryPlan plan, Graph graph) {
      this.plan = plan;
      vocabulary = graph.vocabulary();
      edges = Edges.of(graph);
      reach = Reach.of(graph, plan);
    }

    @Override
    public void run(Batch batch, DevicePool pool, Logits logits) {
      mayFail();
      edges.check(batch);
      float[] rows = logits.reserve(batch.outputs());
      Arrays.fill(rows, 0);
      int row = 0;
      int givenRow = 0;
      for (Span span : batch.spans()) {
        checkParts(span);
        long tag = span.start() == 0 ? NullDevice.start() : recall(span, pool);
        for (int i = 0; i < span.tokens().length(); i++) {
          tag = tag(span, i, tag, batch.given(), givenRow++);
          keep(span, i, tag, pool);
          if (i >= span.tokens().length() - span.outputs()) {
            say(tag, rows, row++ * vocabulary);
          }
        }
        mayFail();
      }
      mayFail();
    }

    /// All that a real device would be told of must lie in one part each.
    private void checkParts(Span span) {
      int last = (span.start() + span.tokens().length() - 1) / plan.pageTokens();
      for (int group : reach.groups()) {
        for (int page = oldest(group, span.start()); page <= last; page++) {
          checkPart(span, span.memory().page(group, page), plan.groups().get(group).pageBytes());
        }
      }
      for (int state : reach.states()) {
        checkPart(span, span.memory().state(state), plan.states().get(state).bytes());
      }
    }

    private void checkPart(Span span, long at, long bytes) {
      long part = info().partBytes();
      check(at / part == (at + bytes - 1) / part, span, bytes + " bytes lie in two parts");
    }

    private void say(long tag, float[] rows, int at) {
      if (edges.everyRow()) {
        HashRow.write(tag, rows, at);
      } else {
        rows[at + NullDevice.pick(tag, vocabulary)] = mayLie(tag) ? Float.NaN : 1;
      }
    }

    /// What led to a token and to it: as this stage's memory has it, and as the stage before tells.
    private long tag(Span span, int i, long before, float @Nullable [] given, int row) {
      long own = NullDevice.advance(before, span.tokens().at(i), span.start() + i);
      if (given == null) {
        return own;
      }
      long told = HashRow.read(given, row * edges.givenWidth());
      boolean remembers = !reach.groups().isEmpty() || !reach.states().isEmpty();
      check(!remembers || own == told, span, "the stages disagree");
      return told;
    }

    private void keep(Span span, int i, long tag, DevicePool pool) {
      int token = span.tokens().at(i);
      int position = span.start() + i;
      for (int group : reach.groups()) {
        if (position / plan.pageTokens() >= oldest(group, span.start())) {
          put(pool, at(span, group, position), tag, token);
        }
      }
      for (int state : reach.states()) {
        put(pool, span.memory().state(state), tag, position + 1);
      }
    }

    /// Checks everything that the span's first token sees.
    private long recall(Span span, DevicePool pool) {
      long last = 0;
      boolean seen = false;
      for (int group : reach.groups()) {
        long found = recall(span, group, pool);
        check(!seen || found == last, span, "groups disagree");
        last = found;
        seen = true;
      }
      for (int state : reach.states()) {
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
