package mneme.device;

/// One row of a step: which span it belongs to, its token and its absolute position.
record ReferenceRow(Span span, int token, int position, boolean isWanted) {
  boolean isFirstOfSpan() {
    return position == span.start();
  }
}
