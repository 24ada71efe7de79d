package mneme.device.host;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import mneme.device.Batch;
import mneme.device.Edges;
import mneme.device.Logits;
import mneme.device.Span;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;

/// Runs the kernels of a program on memory of its own until they get no faster, so that the first
/// prompt does not wait for the compiler. Of ops alike in kind and width one is enough; what the
/// left-out ones would have computed is taken as it lies in the arrays.
final class WarmUp {
  private static final long MOST_NS = 1_000_000_000;

  /// Rounds in a row that bring nothing, after which there is nothing to wait for.
  private static final int IDLE_ROUNDS = 4;

  /// Rows of a step by which products choose their way: many, few, one.
  private static final List<Integer> ROWS = List.of(9, 4, 1);

  private final MemoryPlan plan;
  private final int vocabulary;
  private final Edges edges;
  private final List<Integer> chosen;

  WarmUp(Graph graph, MemoryPlan plan) {
    this.plan = plan;
    vocabulary = graph.vocabulary();
    edges = Edges.of(graph);
    Set<List<Object>> seen = new HashSet<>();
    chosen =
        IntStream.range(0, graph.ops().size())
            .filter(i -> seen.add(kind(graph.ops().get(i))))
            .boxed()
            .toList();
  }

  private static List<Object> kind(Op op) {
    return List.of(op.getClass(), op.out().width());
  }

  /// @param kernels of the graph's ops, which run `step`
  void run(Kernel[] kernels, Step step) {
    long start = System.nanoTime();
    try (HostPool pool = new HostPool(plan.bytes(plan.pageTokens() + 1))) {
      Logits logits = new Logits(vocabulary);
      List<Batch> batches = ROWS.stream().map(this::batch).toList();
      long best = Long.MAX_VALUE;
      for (int idle = 0; idle < IDLE_ROUNDS; idle++) {
        long before = System.nanoTime();
        for (Batch batch : batches) {
          step.begin(batch, pool.segment(), logits);
          for (int kernel : chosen) {
            if (System.nanoTime() - start > MOST_NS) {
              return;
            }
            kernels[kernel].run(step);
          }
        }
        long took = System.nanoTime() - before;
        idle = took < best - best / 16 ? -1 : idle;
        best = Math.min(best, took);
      }
    }
  }

  private Batch batch(int rows) {
    Tokens tokens = Tokens.of(new int[rows]);
    int outputs = edges.everyRow() ? rows : 1;
    float[] given = new float[rows * edges.givenWidth()];
    return new Batch(List.of(new Span(tokens, 0, new Alone(), outputs)), given);
  }

  /// One sequence that has the pool for itself: its states, then a page of each group.
  private final class Alone implements LeaseView {
    @Override
    public long page(int group, int index) {
      long at = state(plan.states().size());
      for (int g = 0; g < group; g++) {
        at += plan.groups().get(g).pageBytes();
      }
      return at;
    }

    @Override
    public long state(int state) {
      return plan.states().stream().limit(state).mapToLong(MemoryPlan.Block::bytes).sum();
    }
  }
}
