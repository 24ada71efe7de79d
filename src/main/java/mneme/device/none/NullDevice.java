package mneme.device.none;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;

/// Answers at once, or after a set delay, with logits that are a pure function of the tokens read
/// so far: all zero but for one token, [#next].
///
/// What it knows of earlier tokens it reads back from the sequence's own pages and states, so a
/// page shared wrongly, a state not restored or a stale lease shows as a wrong stream.
public final class NullDevice implements Device {
  private static final long SEED = 0x9e3779b97f4a7c15L;

  private final Duration delay;
  private final long bytes;

  public NullDevice() {
    this(Duration.ZERO, Long.MAX_VALUE);
  }

  /// @param delay how long every step takes
  /// @param bytes memory that the device claims to have; touched parts only are really held
  public NullDevice(Duration delay, long bytes) {
    this.delay = delay;
    this.bytes = bytes;
  }

  /// A graph without weights for this device: `vocabulary` logits and the memory of `needs`, a
  /// layer for each.
  public static Graph graph(int vocabulary, List<MemoryNeed> needs) {
    GraphBuilder builder = new GraphBuilder();
    List<Long> dims = List.of((long) HashRow.WIDTH, (long) vocabulary);
    Value x = builder.embed(new Tensor("none", Encoding.F32, dims, MemorySegment.NULL));
    for (MemoryNeed need : needs) {
      x = builder.add(x, repeated(builder, remember(builder, x, need), HashRow.WIDTH));
    }
    repeated(builder, builder.outputRows(x), vocabulary);
    return builder.build();
  }

  private static Value remember(GraphBuilder builder, Value x, MemoryNeed need) {
    return switch (need) {
      case MemoryNeed.State(long floats) ->
          builder.shift(repeated(builder, x, Math.toIntExact(floats)));
      case MemoryNeed.Kv kv -> {
        boolean isLatent = kv.valueWidth() == 0;
        Value key = repeated(builder, x, kv.heads() * kv.keyWidth());
        Value value = isLatent ? null : repeated(builder, x, kv.heads() * kv.valueWidth());
        var spec = new AttentionSpec(kv.heads(), 1, 0, null, isLatent ? kv.keyWidth() : 0);
        yield builder.attention(builder.need(kv), key, key, value, spec);
      }
    };
  }

  /// A row of `width` numbers, all of them the first of `in`.
  private static Value repeated(GraphBuilder builder, Value in, int width) {
    return builder.columns(in, 0, 0, 1, width);
  }

  /// The token whose logit is highest after `tokens`, as this device computes it if its memory is
  /// kept rightly.
  public static int next(Tokens tokens, int vocabulary) {
    long memory = start();
    for (int i = 0; i < tokens.length(); i++) {
      memory = advance(memory, tokens.at(i), i);
    }
    return pick(memory, vocabulary);
  }

  public static long start() {
    return SEED;
  }

  /// What is remembered once `token` at `position` has been read too.
  public static long advance(long memory, int token, int position) {
    long mixed = (memory ^ token * 0xbf58476d1ce4e5b9L ^ position) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  public static int pick(long memory, int vocabulary) {
    return (int) Long.remainderUnsigned(memory ^ memory >>> 29, vocabulary);
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo(
        "none",
        DeviceInfo.Kind.NONE,
        "no device",
        "none",
        bytes,
        bytes,
        bytes,
        true,
        Optional.empty());
  }

  @Override
  public DevicePool openPool(long poolBytes) {
    return new SparsePool(poolBytes);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return new NullProgram(graph, plan, delay);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return new ProgramSize(0, 0);
  }

  @Override
  public void close() {}
}
