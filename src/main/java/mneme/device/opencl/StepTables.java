package mneme.device.opencl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import mneme.device.Batch;
import mneme.device.Span;
import mneme.memory.MemoryPlan;

/// What the kernels must know of a step: for each row its token, position and span; for each span
/// its rows, its states and its pages. On the device; grown as needed.
final class StepTables implements AutoCloseable {
  private final MemoryPlan plan;
  private final ClTable tokens;
  private final ClTable positions;
  private final ClTable spans;
  private final ClTable wanted;
  private final ClTable firstRows;
  private final ClTable lengths;
  private final ClTable starts;
  private final ClTable pages;
  private final List<ClTable> firstPages = new ArrayList<>();
  private final List<ClTable> lists = new ArrayList<>();
  private final List<ClTable> states = new ArrayList<>();
  private int[] rowPositions = new int[0];

  StepTables(ClQueue queue, MemoryPlan plan) {
    this.plan = plan;
    this.tokens = new ClTable(queue);
    this.positions = new ClTable(queue);
    this.spans = new ClTable(queue);
    this.wanted = new ClTable(queue);
    this.firstRows = new ClTable(queue);
    this.lengths = new ClTable(queue);
    this.starts = new ClTable(queue);
    this.pages = new ClTable(queue);
    plan.groups().forEach(_ -> firstPages.add(new ClTable(queue)));
    plan.groups().forEach(_ -> lists.add(new ClTable(queue)));
    plan.states().forEach(_ -> states.add(new ClTable(queue)));
  }

  void fill(Batch batch) {
    fillRows(batch);
    List<Span> all = batch.spans();
    lengths.set(all.stream().mapToInt(span -> span.tokens().length()).toArray());
    starts.set(all.stream().mapToInt(Span::start).toArray());
    List<Long> offsets = new ArrayList<>();
    for (int g = 0; g < plan.groups().size(); g++) {
      fillPages(all, g, offsets);
    }
    pages.set(MemorySegment.ofArray(offsets.stream().mapToLong(Long::longValue).toArray()));
    for (int i = 0; i < states.size(); i++) {
      int rank = i;
      states
          .get(i)
          .set(
              MemorySegment.ofArray(
                  all.stream().mapToLong(span -> span.memory().state(rank)).toArray()));
    }
  }

  private void fillRows(Batch batch) {
    int rows = batch.rows();
    int[] token = new int[rows];
    int[] span = new int[rows];
    rowPositions = new int[rows];
    int[] output = new int[batch.outputs()];
    int[] first = new int[batch.spans().size()];
    int row = 0;
    int outputs = 0;
    for (int s = 0; s < first.length; s++) {
      Span one = batch.spans().get(s);
      first[s] = row;
      int length = one.tokens().length();
      for (int i = 0; i < length; i++, row++) {
        token[row] = one.tokens().at(i);
        span[row] = s;
        rowPositions[row] = one.start() + i;
        if (i >= length - one.outputs()) {
          output[outputs++] = row;
        }
      }
    }
    tokens.set(token);
    spans.set(span);
    positions.set(rowPositions);
    wanted.set(output);
    firstRows.set(first);
  }

  private void fillPages(List<Span> all, int group, List<Long> offsets) {
    int[] first = new int[all.size()];
    int[] list = new int[all.size()];
    for (int s = 0; s < first.length; s++) {
      Span span = all.get(s);
      first[s] = plan.firstPage(plan.groups().get(group), span.start() + 1);
      list[s] = offsets.size();
      int last = (span.start() + span.tokens().length() - 1) / plan.pageTokens();
      for (int page = first[s]; page <= last; page++) {
        offsets.add(span.memory().page(group, page));
      }
    }
    firstPages.get(group).set(first);
    lists.get(group).set(list);
  }

  ClBuffer tokens() {
    return tokens.buffer();
  }

  ClBuffer positions() {
    return positions.buffer();
  }

  ClBuffer spans() {
    return spans.buffer();
  }

  ClBuffer wanted() {
    return wanted.buffer();
  }

  ClBuffer firstRows() {
    return firstRows.buffer();
  }

  ClBuffer lengths() {
    return lengths.buffer();
  }

  ClBuffer starts() {
    return starts.buffer();
  }

  ClBuffer pages() {
    return pages.buffer();
  }

  ClBuffer firstPages(int group) {
    return firstPages.get(group).buffer();
  }

  ClBuffer lists(int group) {
    return lists.get(group).buffer();
  }

  ClBuffer states(int rank) {
    return states.get(rank).buffer();
  }

  int[] rowPositions() {
    return rowPositions;
  }

  @Override
  public void close() {
    List.of(tokens, positions, spans, wanted, firstRows, lengths, starts, pages)
        .forEach(ClTable::close);
    firstPages.forEach(ClTable::close);
    lists.forEach(ClTable::close);
    states.forEach(ClTable::close);
  }
}
