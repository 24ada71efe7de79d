package mneme.device;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A ragged step: spans of different sequences, prefill chunks and decodes mixed.
///
/// @param given for a graph that begins with [mneme.graph.Op.Given]: at least [#rows()] rows of its
///   width, in the order of the spans' tokens; else null. Read while the step runs; not where its
///   own rows go
public record Batch(List<Span> spans, float @Nullable [] given) {
  public Batch {
    spans = List.copyOf(spans);
  }

  public Batch(List<Span> spans) {
    this(spans, null);
  }

  public int rows() {
    int rows = 0;
    for (int i = 0; i < spans.size(); i++) {
      rows += spans.get(i).tokens().length();
    }
    return rows;
  }

  public int outputs() {
    int outputs = 0;
    for (int i = 0; i < spans.size(); i++) {
      outputs += spans.get(i).outputs();
    }
    return outputs;
  }
}
