package mneme.api;

import mneme.engine.ServedModel;

/// Parts what a model thinks, between `<think>` and `</think>` at the beginning of its answer, from
/// what it says. Text comes in pieces; a mark may lie across several.
final class Thoughts {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";

  private final StringBuilder held = new StringBuilder();
  private Phase phase;

  Thoughts(Phase phase) {
    this.phase = phase;
  }

  /// Where in its answer a model is.
  enum Phase {
    /// Nothing but blanks so far: thinking may begin.
    BEGINNING,
    THINKING,
    /// Thinking has ended; blanks before the answer are dropped.
    PAUSING,
    SAYING
  }

  /// New text of either kind; each may be empty.
  record Piece(String thought, String said) {}

  /// Where an answer to `prompt` begins.
  static Phase beginning(ServedModel model, String prompt) {
    if (!model.chatTemplate().orElse("").contains("think>")) {
      return Phase.SAYING;
    }
    return prompt.stripTrailing().endsWith(OPEN) ? Phase.THINKING : Phase.BEGINNING;
  }

  Piece add(String text) {
    if (phase == Phase.SAYING) {
      return new Piece("", text);
    }
    held.append(text);
    String thought = "";
    if (phase == Phase.BEGINNING) {
      begin();
    }
    if (phase == Phase.THINKING) {
      thought = think();
    }
    if (phase == Phase.PAUSING) {
      pause();
    }
    return new Piece(thought, phase == Phase.SAYING ? taken(held.length()) : "");
  }

  /// What is still held when the answer ends.
  Piece end() {
    String rest = taken(held.length());
    return phase == Phase.THINKING ? new Piece(rest, "") : new Piece("", rest);
  }

  /// A whole answer at once.
  Piece whole(String text) {
    Piece most = add(text);
    Piece rest = end();
    return new Piece(most.thought() + rest.thought(), most.said() + rest.said());
  }

  private void begin() {
    String start = held.toString().stripLeading();
    if (start.startsWith(OPEN)) {
      held.delete(0, held.indexOf(OPEN) + OPEN.length());
      phase = Phase.THINKING;
    } else if (!OPEN.startsWith(start)) {
      phase = Phase.SAYING;
    }
  }

  private String think() {
    int close = held.indexOf(CLOSE);
    if (close < 0) {
      return taken(held.length() - heldBack());
    }
    String thought = taken(close);
    held.delete(0, CLOSE.length());
    phase = Phase.PAUSING;
    return thought;
  }

  /// Length of the longest end of the held text that the closing mark may begin with.
  private int heldBack() {
    for (int length = Math.min(CLOSE.length() - 1, held.length()); length > 0; length--) {
      if (CLOSE.startsWith(held.substring(held.length() - length))) {
        return length;
      }
    }
    return 0;
  }

  private void pause() {
    int blanks = 0;
    while (blanks < held.length() && Character.isWhitespace(held.charAt(blanks))) {
      blanks++;
    }
    held.delete(0, blanks);
    if (!held.isEmpty()) {
      phase = Phase.SAYING;
    }
  }

  private String taken(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
