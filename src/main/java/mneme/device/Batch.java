package mneme.device;

import java.util.List;

/// A ragged step: spans of different sequences, prefill chunks and decodes mixed.
public record Batch(List<Span> spans) {
  public Batch {
    spans = List.copyOf(spans);
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
