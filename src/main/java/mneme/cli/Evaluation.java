package mneme.cli;

import java.util.ArrayList;
import java.util.List;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.graph.Graph;
import mneme.memory.Chore;
import mneme.memory.Claim;
import mneme.memory.Footprint;
import mneme.memory.Growth;
import mneme.memory.Lease;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.Opening;
import mneme.memory.PoolShape;

/// Reads passages side by side, through the pool and the device that serving uses, and hands out
/// the logits after every token.
final class Evaluation {
  private static final long LEAST_SLAB_BYTES = 1 << 20;

  private final Graph graph;
  private final MemoryPlan plan;
  private final int chunkTokens;
  private final List<Reading> readings = new ArrayList<>();

  /// Takes row `position` of passage `passage`; the values are gone after the call.
  interface Sink {
    void row(int passage, int position, float[] values, int offset);
  }

  /// A passage on its way: `next` is the position of the first token not read yet.
  private static final class Reading {
    final Passage passage;
    final int number;
    final Lease lease;
    int next;

    Reading(Passage passage, int number, Lease lease) {
      this.passage = passage;
      this.number = number;
      this.lease = lease;
    }

    boolean isDone() {
      return next == passage.tokens().length();
    }
  }

  Evaluation(Graph graph, MemoryPlan plan, int chunkTokens) {
    this.graph = graph;
    this.plan = plan;
    this.chunkTokens = chunkTokens;
  }

  void run(Device device, Numerics numerics, List<Passage> passages, Sink sink) {
    PoolShape shape = shape(passages, device.info().partBytes());
    Ledger ledger = new Ledger(shape, 0);
    int model = ledger.register(plan, longestSpan(passages));
    for (Passage passage : passages) {
      readings.add(open(ledger, model, passage));
    }
    Logits logits = new Logits(graph.vocabulary());
    try (DevicePool pool = device.openPool(shape.space(0).bytes());
        Program program = device.prepare(graph, plan, numerics)) {
      for (long step = 1; readings.stream().anyMatch(reading -> !reading.isDone()); step++) {
        step(ledger, step, new Hardware(pool, program), logits, sink);
      }
    }
  }

  private record Hardware(DevicePool pool, Program program) {}

  private Reading open(Ledger ledger, int model, Passage passage) {
    int number = readings.size();
    var claim = new Claim(number, "eval", model, passage.tokens(), passage.tokens().length());
    return switch (ledger.open(claim)) {
      case Opening.Opened opened -> new Reading(passage, number, opened.lease());
      case Opening.Short(var shortage) ->
          throw new IllegalStateException("the pool was measured too small: " + shortage);
      case Opening.Stale stale -> throw new IllegalStateException(stale.toString());
    };
  }

  private void step(Ledger ledger, long step, Hardware hardware, Logits logits, Sink sink) {
    List<Reading> running = readings.stream().filter(reading -> !reading.isDone()).toList();
    List<Span> spans = new ArrayList<>();
    for (Reading reading : running) {
      int end = reading.passage.spanEnd(reading.next, chunkTokens);
      if (ledger.grow(reading.lease, reading.next, end) != Growth.GRANTED) {
        throw new IllegalStateException("the pool was measured too small");
      }
    }
    for (Reading reading : running) {
      int end = reading.passage.spanEnd(reading.next, chunkTokens);
      spans.add(
          new Span(
              reading.passage.tokens().slice(reading.next, end),
              reading.next,
              ledger.view(reading.lease),
              end - reading.next));
    }
    ledger.chores().forEach(chore -> perform(chore, hardware.pool));
    ledger.stepStarted(step);
    hardware.program.run(new Batch(spans), hardware.pool, logits);
    ledger.stepEnded(step);
    int row = 0;
    for (Reading reading : running) {
      int end = reading.passage.spanEnd(reading.next, chunkTokens);
      for (; reading.next < end; reading.next++) {
        sink.row(reading.number, reading.next, logits.values(), row++ * graph.vocabulary());
      }
    }
  }

  private static void perform(Chore chore, DevicePool pool) {
    switch (chore) {
      case Chore.Copy(var from, var to, var bytes) -> pool.copy(from, to, bytes);
      case Chore.Zero(var at, var bytes) -> pool.zero(at, bytes);
    }
  }

  private int longestSpan(List<Passage> passages) {
    int longest = passages.stream().mapToInt(Passage::promptTokens).max().orElse(1);
    return Math.min(chunkTokens, longest);
  }

  /// Slabs for all passages at their largest.
  private PoolShape shape(List<Passage> passages, long partBytes) {
    int span = longestSpan(passages);
    Footprint all = Footprint.checkpoint(plan).times(0);
    for (Passage passage : passages) {
      all = all.plus(Footprint.peak(plan, passage.tokens().length(), span));
    }
    long largest = plan.groups().stream().mapToLong(MemoryPlan.Group::pageBytes).max().orElse(0);
    long state = plan.states().stream().mapToLong(MemoryPlan.Block::bytes).max().orElse(0);
    long slabBytes = Math.max(LEAST_SLAB_BYTES, Math.max(largest, state));
    long slabs = all.slabs(new PoolShape(1, slabBytes));
    return new PoolShape(Math.toIntExact(slabs + 1), slabBytes, partBytes);
  }
}
