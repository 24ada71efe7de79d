package mneme.text;

/// Turns a stretch of text that holds no control tokens into ids.
@FunctionalInterface
interface Segmenter {
  /// @param first whether the text begins a sequence; else it follows a token that was written out
  void segment(String text, boolean first, IdList ids);
}
