package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import mneme.graph.Graph;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;

/// A part of a graph on a device with a pool. It finds only the memory that its own ops need.
final class Stage implements AutoCloseable {
  private final Edges edges;
  private final Program program;
  private final DevicePool pool;
  private final Logits rows;
  private final Reach reach;

  Stage(Device device, Graph graph, Numerics numerics, MemoryPlan plan, long poolBytes) {
    edges = Edges.of(graph);
    program = device.prepare(graph, plan, numerics);
    pool = device.openPool(poolBytes);
    rows = new Logits(graph.vocabulary());
    reach = Reach.of(graph, plan);
  }

  long weightBytes() {
    return program.weightBytes();
  }

  DevicePool pool() {
    return pool;
  }

  /// Runs a step with `given` rows, those of the stage before, and leaves its own in the result.
  Logits step(List<Span> spans, float[] given) {
    List<Span> own = spans.stream().map(this::own).toList();
    program.run(edges.givenWidth() == 0 ? new Batch(own) : new Batch(own, given), pool, rows);
    return rows;
  }

  private Span own(Span span) {
    int outputs = edges.everyRow() ? span.tokens().length() : span.outputs();
    return new Span(span.tokens(), span.start(), new Own(span.memory()), outputs);
  }

  /// The first stage of all is given rows that depend on the tokens alone.
  float[] madeUp(List<Span> spans) {
    int width = edges.givenWidth();
    float[] given = new float[width * new Batch(spans).rows()];
    int at = 0;
    for (int token : spans.stream().flatMapToInt(Stage::tokens).toArray()) {
      for (int column = 0; column < width; column++) {
        given[at++] = (float) Math.sin(token * 7.3 + column * 1.7);
      }
    }
    return given;
  }

  private static IntStream tokens(Span span) {
    return IntStream.range(0, span.tokens().length()).map(span.tokens()::at);
  }

  private final class Own implements LeaseView {
    private final LeaseView all;

    Own(LeaseView all) {
      this.all = all;
    }

    @Override
    public long page(int group, int index) {
      assertThat(reach.groups()).as("groups of pages that the part needs").contains(group);
      return all.page(group, index);
    }

    @Override
    public long state(int state) {
      assertThat(reach.states()).as("states that the part needs").contains(state);
      return all.state(state);
    }
  }

  @Override
  public void close() {
    program.close();
    pool.close();
  }
}
