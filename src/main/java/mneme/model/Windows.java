package mneme.model;

/// Which layers see a window only.
public final class Windows {
  private final Source source;
  private final int period;

  /// @param period without a word in the file, every `period`-th layer sees everything
  public Windows(Source source, int period) {
    this.source = source;
    this.period = period;
  }

  public boolean isWindowed(int layer) {
    String key = "attention.sliding_window_pattern";
    if (source.isList(key)) {
      return source.flagOfLayer(key, layer);
    }
    int every = source.integer(key, period);
    return every == 0 || layer % every < every - 1;
  }

  /// Tokens that `layer` sees, the newest included; 0 for all.
  public int tokens(int layer) {
    return isWindowed(layer) ? source.integer("attention.sliding_window", 0) : 0;
  }
}
