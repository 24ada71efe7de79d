package mneme.text.jinja;

/// Counts what a render has used of its [Limits].
final class Meter {
  private static final int CHARACTERS_PER_STEP = 32;
  private static final int STEPS_PER_ELEMENT = 4;

  private final Limits limits;
  private long steps;
  private long output;
  private long scratch;
  private int depth;

  Meter(Limits limits) {
    this.limits = limits;
  }

  void step() {
    if (++steps > limits.steps()) {
      throw TemplateException.limit("more than " + limits.steps() + " steps");
    }
  }

  /// Before `count` elements are put into a list.
  void elements(long count) {
    charge(Math.multiplyExact(count, (long) STEPS_PER_ELEMENT));
  }

  /// Before `characters` are looked through.
  void scan(long characters) {
    charge(characters / CHARACTERS_PER_STEP);
  }

  private void charge(long more) {
    steps += more;
    if (steps > limits.steps()) {
      throw TemplateException.limit("more than " + limits.steps() + " steps");
    }
  }

  /// Before `characters` are written to a string.
  void scratch(long characters) {
    scratch += characters;
    if (scratch > limits.scratchCharacters()) {
      throw TemplateException.limit(
          "strings of more than " + limits.scratchCharacters() + " characters together");
    }
  }

  /// Before `characters` are written to the prompt.
  void output(long characters) {
    output += characters;
    if (output > limits.outputCharacters()) {
      throw TemplateException.limit(
          "a prompt of more than " + limits.outputCharacters() + " characters");
    }
  }

  void enter() {
    enter(1);
  }

  void leave() {
    leave(1);
  }

  void enter(int levels) {
    depth += levels;
    if (depth > limits.depth()) {
      throw TemplateException.limit("nested deeper than " + limits.depth());
    }
  }

  void leave(int levels) {
    depth -= levels;
  }
}
