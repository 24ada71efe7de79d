package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.Tokens;

/// A graph on a device with a pool, or its parts on one each, and sequences whose pages lie in
/// random order in it, at the same places on every device.
public final class Rig implements AutoCloseable {
  private final MemoryPlan plan;
  private final List<Stage> stages;
  private final List<Long> slots = new ArrayList<>();

  public Rig(Device device, Graph graph, Numerics numerics, KvEncoding encoding) {
    this(device, graph, numerics, MemoryPlan.of(graph.needs(), encoding, 16), 1024);
  }

  /// @param slots pages and states that can be held at once
  public Rig(Device device, Graph graph, Numerics numerics, MemoryPlan plan, int slots) {
    this(List.of(new Part(device, graph)), numerics, plan, slots);
  }

  /// Where a part of a graph runs.
  public record Part(Device device, Graph graph) {}

  /// @param parts of one graph, in order
  public Rig(List<Part> parts, Numerics numerics, MemoryPlan plan, int slots) {
    this.plan = plan;
    long largest = MemoryPlan.ALIGNMENT_BYTES;
    for (MemoryPlan.Group group : plan.groups()) {
      largest = Math.max(largest, group.pageBytes());
    }
    for (MemoryPlan.Block block : plan.states()) {
      largest = Math.max(largest, block.bytes());
    }
    long partBytes =
        parts.stream().mapToLong(part -> part.device().info().partBytes()).min().orElseThrow();
    PoolShape shape = new PoolShape(slots, largest, partBytes);
    this.stages =
        parts.stream()
            .map(part ->
                new Stage(part.device(), part.graph(), numerics, plan, shape.space(0).bytes()))
            .toList();
    for (int i = 0; i < slots; i++) {
      this.slots.add(shape.at(i));
    }
    Collections.shuffle(this.slots, new Random(7));
  }

  /// One sequence: its tokens read so far and where its memory lies.
  public final class Sequence implements LeaseView {
    private final List<List<Long>> pages = new ArrayList<>();
    private final long[] states;
    private int position;

    private Sequence() {
      plan.groups().forEach(_ -> pages.add(new ArrayList<>()));
      states = plan.states().stream().mapToLong(_ -> slots.removeLast()).toArray();
    }

    /// A span of the next tokens; pages are taken as needed.
    public Span next(int[] tokens, int outputs) {
      for (List<Long> group : pages) {
        while ((long) group.size() * plan.pageTokens() < position + tokens.length) {
          group.add(slots.removeLast());
        }
      }
      Span span = new Span(Tokens.of(tokens), position, this, outputs);
      position += tokens.length;
      return span;
    }

    /// Goes on at `position`, with memory that is put there by hand.
    public void skip(int position) {
      this.position = position;
    }

    public int position() {
      return position;
    }

    /// The bytes of one state.
    public float[] state(int rank, int floats) {
      MemorySegment target = Arena.ofAuto().allocate(4L * floats);
      onlyPool().read(states[rank], target);
      return target.toArray(ValueLayout.JAVA_FLOAT);
    }

    public void putState(int rank, float[] values) {
      MemorySegment source = Arena.ofAuto().allocate(4L * values.length);
      source.copyFrom(MemorySegment.ofArray(values));
      onlyPool().write(states[rank], source);
    }

    @Override
    public long page(int group, int index) {
      return pages.get(group).get(index);
    }

    @Override
    public long state(int state) {
      return states[state];
    }
  }

  /// A second sequence that has read what `origin` has: whole pages are shared, the page that is
  /// still being filled and the states are copied.
  public Sequence fork(Sequence origin) {
    Sequence fork = new Sequence();
    fork.position = origin.position;
    for (int group = 0; group < origin.pages.size(); group++) {
      List<Long> pages = origin.pages.get(group);
      int whole = origin.position / plan.pageTokens();
      fork.pages.get(group).addAll(pages.subList(0, whole));
      if (whole < pages.size()) {
        long copy = slots.removeLast();
        copy(pages.get(whole), copy, plan.groups().get(group).pageBytes());
        fork.pages.get(group).add(copy);
      }
    }
    for (int state = 0; state < origin.states.length; state++) {
      copy(origin.states[state], fork.states[state], plan.states().get(state).bytes());
    }
    return fork;
  }

  private void copy(long from, long to, long bytes) {
    stages.forEach(stage -> stage.pool().copy(from, to, bytes));
  }

  private DevicePool onlyPool() {
    assertThat(stages).hasSize(1);
    return stages.getFirst().pool();
  }

  public Sequence sequence() {
    return new Sequence();
  }

  public MemoryPlan plan() {
    return plan;
  }

  public long weightBytes() {
    return stages.stream().mapToLong(Stage::weightBytes).sum();
  }

  /// Runs one step and gives a row for every output.
  public float[][] step(Span... spans) {
    List<Span> all = List.of(spans);
    float[] given = stages.getFirst().madeUp(all);
    for (Stage stage : stages.subList(0, stages.size() - 1)) {
      given = stage.step(all, given).values();
    }
    Logits logits = stages.getLast().step(all, given);
    float[][] rows = new float[logits.rows()][];
    Arrays.setAll(rows, logits::row);
    return rows;
  }

  /// Reads all tokens of a new sequence in pieces of the given lengths, the last one repeated, and
  /// gives the logits after each token.
  public float[][] read(int[] tokens, int... pieces) {
    Sequence sequence = sequence();
    float[][] rows = new float[tokens.length][];
    for (int at = 0, i = 0; at < tokens.length; i++) {
      int length = Math.min(pieces[Math.min(i, pieces.length - 1)], tokens.length - at);
      float[][] piece = step(sequence.next(Arrays.copyOfRange(tokens, at, at + length), length));
      System.arraycopy(piece, 0, rows, at, length);
      at += length;
    }
    return rows;
  }

  @Override
  public void close() {
    stages.forEach(Stage::close);
  }
}
