package mneme.engine;

import java.util.Arrays;
import mneme.device.Span;
import mneme.memory.Tokens;
import mneme.text.Sampler;

/// The tokens of one stream as its worker knows them, and how the next is drawn. Only the worker's
/// thread touches it.
final class Draft implements Sampler.History {
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

  @Override
  public int length() {
    return length;
  }

  @Override
  public int at(int index) {
    return ids[index];
  }

  /// Whether the slice's tokens are known and the stream goes on.
  boolean wants(Slice slice) {
    return !ended && slice.end() <= length && length < drawing.lengthLimit();
  }

  /// @param outputs last rows that are wanted
  Span span(Run run, int outputs) {
    Slice slice = run.slice();
    Tokens tokens = Tokens.of(Arrays.copyOfRange(ids, slice.start(), slice.end()));
    return new Span(tokens, slice.start(), run.memory(), outputs);
  }

  Sampler.Wish wish() {
    return new Sampler.Wish(drawing.sampling(), this, length);
  }

  /// How many of the best tokens of a row are enough to draw from; 0: all.
  int candidates() {
    return drawing.topLogprobs().isPresent() ? 0 : drawing.sampling().candidates(length);
  }

  /// Adds the token that was drawn; false if it is an end id, which ends the stream and does not
  /// join it.
  boolean add(int id) {
    ended = drawing.endIds().contains(id);
    if (ended) {
      return false;
    }
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, length + length / 2));
    }
    ids[length++] = id;
    return true;
  }

  void end() {
    ended = true;
  }
}
