package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.util.List;
import mneme.device.Batch;
import mneme.device.Logits;
import mneme.device.Span;
import mneme.graph.Value;

/// The batch that is being run, row by row, and where its values lie. One object serves all steps
/// of a program.
final class Step {
  private static final float[] NONE = {};

  private final Slots slots;
  private long number;
  private int rows;
  private int[] tokens = new int[0];
  private int[] positions = new int[0];
  private int[] outputs = new int[0];
  private int[] firstRows = new int[0];
  private int outputCount;
  private List<Span> spans = List.of();
  private float[] given = NONE;
  private MemorySegment pool = MemorySegment.NULL;

  Step(Slots slots) {
    this.slots = slots;
  }

  void begin(Batch batch, MemorySegment memory, Logits logits) {
    number++;
    spans = batch.spans();
    given = batch.given() == null ? NONE : batch.given();
    pool = memory;
    rows = batch.rows();
    outputCount = batch.outputs();
    if (tokens.length < rows) {
      tokens = new int[rows];
      positions = new int[rows];
      outputs = new int[rows];
    }
    if (firstRows.length < spans.size()) {
      firstRows = new int[spans.size()];
    }
    fill();
    slots.reserve(rows, outputCount, logits);
  }

  private void fill() {
    int row = 0;
    int output = 0;
    for (int s = 0; s < spans.size(); s++) {
      Span span = spans.get(s);
      firstRows[s] = row;
      int count = span.tokens().length();
      for (int i = 0; i < count; i++, row++) {
        tokens[row] = span.tokens().at(i);
        positions[row] = span.start() + i;
        if (i >= count - span.outputs()) {
          outputs[output++] = row;
        }
      }
    }
  }

  /// Which step of its program this is.
  long number() {
    return number;
  }

  /// Rows that the next op works on.
  int rows() {
    return rows;
  }

  /// From here on only the rows whose logits are wanted count.
  void keepOutputs() {
    rows = outputCount;
  }

  int token(int row) {
    return tokens[row];
  }

  /// Rows that came with the batch, at least as many as it has.
  float[] given() {
    return given;
  }

  int position(int row) {
    return positions[row];
  }

  /// Row of the whole batch that became output row `row`.
  int outputRow(int row) {
    return outputs[row];
  }

  int outputCount() {
    return outputCount;
  }

  int spans() {
    return spans.size();
  }

  Span span(int index) {
    return spans.get(index);
  }

  int firstRow(int span) {
    return firstRows[span];
  }

  MemorySegment pool() {
    return pool;
  }

  float[] of(Value value) {
    return slots.of(value);
  }
}
