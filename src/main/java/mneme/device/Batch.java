package mneme.device;

import java.util.List;

/// A ragged step: spans of different sequences, prefill chunks and decodes mixed.
public record Batch(List<Span> spans) {
  public Batch {
    spans = List.copyOf(spans);
  }

  public int rows() {
    return spans.stream().mapToInt(span -> span.tokens().length()).sum();
  }

  public int outputs() {
    return spans.stream().mapToInt(Span::outputs).sum();
  }
}
