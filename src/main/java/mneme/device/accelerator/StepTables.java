package mneme.device.accelerator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mneme.device.Batch;
import mneme.device.Reach;
import mneme.device.Span;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.RopeSpec;
import mneme.memory.MemoryPlan;

/// What the kernels must know of a step, as `memory.kernel` describes it, and the turns of each
/// rotary embedding. One piece of memory, written once a step and grown as needed.
final class StepTables implements AutoCloseable {
  private static final long LEAST_BYTES = 1 << 16;

  /// Pages of a group that there is room for with each row of a step. Where sequences are longer on
  /// average, the tables grow beyond what was measured, by 8 bytes a page.
  private static final long PAGES_OF_ROW = 16;

  private final Accelerator accelerator;
  private final MemoryPlan plan;
  private final Reach reach;
  private final Map<RopeSpec, double[]> frequencies;
  private final Map<Object, Long> places = new HashMap<>();
  private MemorySegment numbers = Arena.ofAuto().allocate(LEAST_BYTES, 8);
  private Memory memory;
  private long end;
  private int rows;
  private int spans;
  private int lastPosition;

  private enum Table {
    TOKENS,
    ROWS,
    WANTED,
    SPANS,
    PAGES
  }

  private record Lists(int group) {}

  private record States(int rank) {}

  StepTables(Accelerator accelerator, Graph graph, MemoryPlan plan) {
    this.accelerator = accelerator;
    this.plan = plan;
    this.reach = Reach.of(graph, plan);
    this.frequencies = frequencies(graph);
    this.memory = accelerator.allocate(LEAST_BYTES, "the tables of a step");
  }

  private static Map<RopeSpec, double[]> frequencies(Graph graph) {
    Map<RopeSpec, double[]> frequencies = new LinkedHashMap<>();
    for (Op op : graph.ops()) {
      if (op instanceof Op.Rope rope) {
        frequencies.computeIfAbsent(rope.spec(), RopeSpec::frequencies);
      }
    }
    return frequencies;
  }

  /// Once steps of `rows` rows have run, whatever their spans, as long as [#PAGES_OF_ROW] is
  /// enough.
  static long bytes(Graph graph, MemoryPlan plan, int rows) {
    return bytes(frequencies(graph), plan, rows);
  }

  /// As [#fill] puts them, if every row is a span and its logits are wanted.
  private static long bytes(Map<RopeSpec, double[]> frequencies, MemoryPlan plan, int rows) {
    int groups = plan.groups().size();
    long ofRow = 4 + 8 + 12 + 4 + 4L * groups + 8 * PAGES_OF_ROW * groups;
    ofRow += 8L * plan.states().size();
    ofRow += frequencies.values().stream().mapToLong(pairs -> 8L * pairs.length).sum();
    int tables = Table.values().length + groups + plan.states().size() + frequencies.size();
    return Math.max(LEAST_BYTES, ofRow * rows + 8L * tables);
  }

  /// Makes room for the tables of a step before they are filled.
  void reserve(int rows) {
    grow(bytes(frequencies, plan, rows));
  }

  private void grow(long bytes) {
    if (bytes > memory.bytes()) {
      memory.release();
      memory = accelerator.allocate(bytes, "the tables of a step");
    }
  }

  long bytes() {
    return memory.bytes();
  }

  /// @param pool that the memory of the batch lies in
  void fill(Batch batch, AcceleratedPool pool) {
    end = 0;
    rows = batch.rows();
    spans = batch.spans().size();
    int[] positions = fillRows(batch);
    List<Long> pages = fillLists(batch.spans(), pool);
    for (int state : reach.states()) {
      long bytes = plan.states().get(state).bytes();
      put(
          new States(state),
          batch.spans().stream()
              .mapToLong(span -> pool.place(span.memory().state(state), bytes))
              .toArray());
    }
    frequencies.forEach((spec, pairs) -> put(spec, turns(spec, pairs, positions)));
    // last, so that how many there are moves nothing else
    put(Table.PAGES, pages.stream().mapToLong(Long::longValue).toArray());
    if (end > memory.bytes()) {
      grow(numbers.byteSize());
    }
    accelerator.write(memory, 0, numbers.asSlice(0, end));
  }

  private int[] fillRows(Batch batch) {
    int[] tokens = new int[rows];
    int[] positions = new int[rows];
    int[] ofRow = new int[2 * rows];
    int[] ofSpan = new int[3 * spans];
    int[] wanted = new int[batch.outputs()];
    int row = 0;
    int outputs = 0;
    for (int s = 0; s < spans; s++) {
      Span span = batch.spans().get(s);
      int length = span.tokens().length();
      ofSpan[3 * s] = row;
      ofSpan[3 * s + 1] = length;
      ofSpan[3 * s + 2] = span.start();
      for (int i = 0; i < length; i++, row++) {
        tokens[row] = span.tokens().at(i);
        positions[row] = span.start() + i;
        ofRow[2 * row] = s;
        ofRow[2 * row + 1] = positions[row];
        if (i >= length - span.outputs()) {
          wanted[outputs++] = row;
        }
      }
    }
    lastPosition = Arrays.stream(positions).max().orElse(0);
    put(Table.TOKENS, tokens);
    put(Table.ROWS, ofRow);
    put(Table.SPANS, ofSpan);
    put(Table.WANTED, wanted);
    return positions;
  }

  /// For each group where the pages of each span will be among all pages, which this gives.
  private List<Long> fillLists(List<Span> all, AcceleratedPool pool) {
    List<Long> offsets = new ArrayList<>();
    for (int group : reach.groups()) {
      int[] lists = new int[all.size()];
      long bytes = plan.groups().get(group).pageBytes();
      for (int s = 0; s < lists.length; s++) {
        Span span = all.get(s);
        int first = plan.firstPage(plan.groups().get(group), span.start() + 1);
        int last = (span.start() + span.tokens().length() - 1) / plan.pageTokens();
        lists[s] = offsets.size() - first;
        for (int page = first; page <= last; page++) {
          offsets.add(pool.place(span.memory().page(group, page), bytes));
        }
      }
      put(new Lists(group), lists);
    }
    return offsets;
  }

  /// Cosine and sine of every pair of every row. On the host, as angles grow with the position
  /// beyond what f32 resolves, and not every device has f64.
  private static float[] turns(RopeSpec spec, double[] pairs, int[] positions) {
    float[] turns = new float[2 * pairs.length * positions.length];
    int at = 0;
    for (int position : positions) {
      for (double frequency : pairs) {
        turns[at++] = (float) (Math.cos(position * frequency) * spec.magnitude());
        turns[at++] = (float) (Math.sin(position * frequency) * spec.magnitude());
      }
    }
    return turns;
  }

  private void put(Object table, int[] values) {
    long at = room(table, 4L * values.length);
    MemorySegment.copy(values, 0, numbers, ValueLayout.JAVA_INT, at, values.length);
  }

  private void put(Object table, long[] values) {
    long at = room(table, 8L * values.length);
    MemorySegment.copy(values, 0, numbers, ValueLayout.JAVA_LONG, at, values.length);
  }

  private void put(Object table, float[] values) {
    long at = room(table, 4L * values.length);
    MemorySegment.copy(values, 0, numbers, ValueLayout.JAVA_FLOAT, at, values.length);
  }

  private long room(Object table, long bytes) {
    long at = end;
    end += (bytes + 7) / 8 * 8;
    places.put(table, at);
    if (end > numbers.byteSize()) {
      numbers = Arena.ofAuto().allocate(2 * end, 8).copyFrom(numbers);
    }
    return at;
  }

  int rows() {
    return rows;
  }

  int spans() {
    return spans;
  }

  /// Where the tables are. What lies where in it depends on the step's rows, spans and outputs.
  Memory memory() {
    return memory;
  }

  /// The largest position of a row.
  int lastPosition() {
    return lastPosition;
  }

  Launch tokens(Launch launch) {
    return table(launch, Table.TOKENS);
  }

  /// Span and position of each row.
  Launch rows(Launch launch) {
    return table(launch, Table.ROWS);
  }

  Launch wanted(Launch launch) {
    return table(launch, Table.WANTED);
  }

  /// Of a group: where each span's list begins among all pages; then those.
  Launch pages(Launch launch, int group) {
    return table(table(launch, new Lists(group)), Table.PAGES);
  }

  /// First row, length and start of each span.
  Launch spans(Launch launch) {
    return table(launch, Table.SPANS);
  }

  /// As [#spans]; then where each span keeps state `rank`.
  Launch states(Launch launch, int rank) {
    return table(spans(launch), new States(rank));
  }

  Launch turns(Launch launch, RopeSpec spec) {
    return table(launch, spec);
  }

  private Launch table(Launch launch, Object table) {
    Long at = places.get(table);
    if (at == null) {
      throw new IllegalStateException("the step has no " + table);
    }
    return launch.at(memory, at);
  }

  @Override
  public void close() {
    memory.release();
  }
}
