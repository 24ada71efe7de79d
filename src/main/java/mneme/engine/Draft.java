package mneme.engine;

import java.util.Arrays;
import mneme.device.Span;
import mneme.memory.Tokens;

/// The tokens of one stream as its worker knows them, and how the next is drawn. Only the worker's
/// thread touches it.
final class Draft {
  private final Drawing drawing;
  private int[] ids;
  private int length;
  private boolean ended;

  Draft(Tokens known, Drawing drawing) {
    this.drawing = drawing;
    ids = known.toArray();
    length = ids.length;
  }

  Drawing drawing() {
    return drawing;
  }

  int length() {
    return length;
  }

  boolean ended() {
    return ended;
  }

  /// Whether the slice's tokens are known and the stream goes on.
  boolean wants(Slice slice) {
    return !ended && slice.end() <= length && length < drawing.lengthLimit();
  }

  Span span(Run run) {
    Slice slice = run.slice();
    Tokens tokens = Tokens.of(Arrays.copyOfRange(ids, slice.start(), slice.end()));
    return new Span(tokens, slice.start(), run.memory(), slice.draws() ? 1 : 0);
  }

  /// Draws the next token from a row of logits; an end id ends the stream and does not join it.
  int draw(float[] row) {
    int id = Rows.largest(row, 1)[0];
    ended = drawing.endIds().contains(id);
    if (!ended) {
      add(id);
    }
    return id;
  }

  void end() {
    ended = true;
  }

  private void add(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, length + length / 2));
    }
    ids[length++] = id;
  }
}
