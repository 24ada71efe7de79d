package mneme.cli.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.device.StepSize;
import mneme.format.ModelFile;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.model.Architectures;

/// Times prefill and decode of a model on a device, without scheduler and HTTP, one short round at
/// a time.
public final class ModelSpeed implements AutoCloseable {
  private static final int PAGE_TOKENS = 32;
  private static final int CHUNK = 512;

  /// What a device is tried with, before it is known how many tokens it can read in time.
  private static final int FEW_TOKENS = 16;

  private final Program program;
  private final MemoryPlan plan;
  private final StepCost cost;
  private final long partBytes;
  private final DevicePool pool;
  private final Logits logits;
  private final Random random = new Random(1);
  private double mostSeconds = Double.POSITIVE_INFINITY;

  /// What there is room for: `sequences` of `tokens` tokens each, new ones included, and one of
  /// `longest`, but not both at once.
  public record Room(int sequences, int tokens, int longest) {
    long bytes(MemoryPlan plan, long partBytes) {
      return Math.max(
          SideBySide.shape(plan, sequences, tokens, partBytes).space(0).bytes(),
          SideBySide.shape(plan, 1, longest, partBytes).space(0).bytes());
    }
  }

  /// @param tokens that were read or made
  /// @param cpuSeconds of all threads of this process
  /// @param bytes that had to be moved at least
  /// @param flops products and sums that had to be computed at least
  public record Round(
      String what, int tokens, double seconds, double cpuSeconds, long bytes, long flops) {
    public double tokensPerSecond() {
      return tokens / seconds;
    }
  }

  /// @param file stays open as long as this
  public ModelSpeed(ModelFile file, Device device, KvEncoding encoding, Room room) {
    Graph graph = Architectures.graph(file, room.longest());
    plan = MemoryPlan.of(graph.needs(), encoding, PAGE_TOKENS);
    partBytes = device.info().partBytes();
    cost = new StepCost(graph, encoding);
    logits = new Logits(graph.vocabulary());
    program = device.prepare(graph, plan, Numerics.QUANTIZED);
    try {
      pool = device.openPool(room.bytes(plan, partBytes));
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /// Bytes of `device` that this would take: weights, pool, and activations of the largest step.
  public static long bytes(ModelFile file, Device device, KvEncoding encoding, Room room) {
    Graph graph = Architectures.graph(file, room.longest());
    MemoryPlan plan = MemoryPlan.of(graph.needs(), encoding, PAGE_TOKENS);
    StepSize largest = new StepSize(Math.max(CHUNK, room.sequences()), room.sequences());
    return room.bytes(plan, device.info().partBytes())
        + device.measure(graph, plan, Numerics.QUANTIZED, largest).bytes();
  }

  /// Bytes of a pool that one sequence of `tokens` tokens takes here.
  static long sequenceBytes(MemoryPlan plan, int tokens) {
    return plan.peakBytes(tokens, CHUNK);
  }

  /// Pages of group `group` that it holds of it.
  static int peakPages(MemoryPlan plan, int group, int tokens) {
    return plan.peakPages(plan.groups().get(group), tokens, CHUNK);
  }

  /// What rounds may take from now on. One that would take longer reads or makes fewer tokens, but
  /// at least one step's.
  public void limit(double seconds) {
    mostSeconds = seconds;
  }

  public long weightBytes() {
    return program.weightBytes();
  }

  /// Reads a prompt of `tokens` tokens, or, where they would take too long, of its beginning.
  public Round prefill(int tokens) {
    if (mostSeconds == Double.POSITIVE_INFINITY) {
      return read(tokens);
    }
    Round few = read(Math.min(FEW_TOKENS, tokens));
    double most = few.tokensPerSecond() * mostSeconds;
    int count = (int) Math.min(tokens, most - most % FEW_TOKENS);
    return count > few.tokens() ? read(count) : few;
  }

  private Round read(int tokens) {
    var view = new SideBySide(plan, 0, held(tokens, 1), partBytes);
    var clock = new Clock();
    for (int at = 0; at < tokens; at += CHUNK) {
      int rows = Math.min(CHUNK, tokens - at);
      int outputs = at + rows == tokens ? 1 : 0;
      step(List.of(new Span(prompt(rows), at, view, outputs)));
      clock.count(new StepCost.Load(1, at, rows, outputs));
    }
    return clock.round("prefill", tokens);
  }

  private Tokens prompt(int tokens) {
    return Tokens.of(random.ints(tokens, 0, logits.vocabulary()).toArray());
  }

  /// Makes `steps` tokens of each of `sequences` sequences, or fewer, where they would take too
  /// long. What they have read is taken as read: what their pages hold does not change the time.
  ///
  /// @param context tokens that each has read before
  public Round decode(int sequences, int context, int steps) {
    List<SideBySide> views = new ArrayList<>();
    for (int s = 0; s < sequences; s++) {
      views.add(new SideBySide(plan, s, held(context + steps, sequences), partBytes));
    }
    int[] next = random.ints(sequences, 0, logits.vocabulary()).toArray();
    logits.want(1);
    var clock = new Clock();
    int done = 0;
    while (done < steps && (done == 0 || clock.seconds() < mostSeconds)) {
      List<Span> spans = new ArrayList<>();
      for (int s = 0; s < sequences; s++) {
        spans.add(new Span(Tokens.of(next[s]), context + done, views.get(s), 1));
      }
      step(spans);
      Arrays.setAll(next, this::best);
      clock.count(new StepCost.Load(sequences, context + done, 1, 1));
      done++;
    }
    logits.want(0);
    return clock.round("decode", sequences * done);
  }

  /// Tokens for which `sequences` sequences have room, checked.
  private int held(int tokens, int sequences) {
    if (SideBySide.shape(plan, sequences, tokens, partBytes).space(0).bytes() > pool.bytes()) {
      throw new IllegalArgumentException(
          "%d sequences of %d tokens do not fit into %d bytes"
              .formatted(sequences, tokens, pool.bytes()));
    }
    return tokens;
  }

  /// A token and how likely it is beside the likeliest.
  public record Likely(int token, double share) {}

  /// The ten likeliest tokens after a prompt that another program can make too.
  public List<Likely> check(int tokens) {
    int[] prompt =
        IntStream.range(0, tokens)
            .map(i -> (1000 + i * 7919 % 20_000) % logits.vocabulary())
            .toArray();
    step(
        List.of(
            new Span(
                Tokens.of(prompt), 0, new SideBySide(plan, 0, held(tokens, 1), partBytes), 1)));
    float[] row = logits.row(0);
    List<Integer> top =
        IntStream.range(0, row.length)
            .boxed()
            .sorted((a, b) -> Float.compare(row[b], row[a]))
            .limit(10)
            .toList();
    return top.stream()
        .map(token -> new Likely(token, Math.exp(row[token] - row[top.getFirst()])))
        .toList();
  }

  private void step(List<Span> spans) {
    program.run(new Batch(spans), pool, logits);
  }

  private int best(int row) {
    float[] values = logits.values();
    int from = row * logits.width();
    int best = 0;
    for (int i = 1; i < logits.width(); i++) {
      best = values[from + i] > values[from + best] ? i : best;
    }
    return logits.isWhole() ? best : logits.ids()[from + best];
  }

  /// From when on a round is timed, and what its steps cost.
  private final class Clock {
    private final long startNs = System.nanoTime();
    private final long startCpuNs = cpuNs();
    private long bytes;
    private long flops;

    void count(StepCost.Load load) {
      bytes += cost.bytes(load);
      flops += cost.flops(load);
    }

    double seconds() {
      return (System.nanoTime() - startNs) / 1e9;
    }

    Round round(String what, int tokens) {
      return new Round(what, tokens, seconds(), (cpuNs() - startCpuNs) / 1e9, bytes, flops);
    }
  }

  private static long cpuNs() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }

  @Override
  public void close() {
    program.close();
    pool.close();
  }
}
