package mneme.text;

import java.util.List;
import java.util.function.BiConsumer;

/// Cuts text into the words that byte pairs are merged in. A stage cuts each piece of the stage
/// before it: where none of its rules holds, text is left over and forms a piece too.
record PreTokenizer(List<List<Rule>> stages) {
  /// Cuts nothing.
  static final PreTokenizer WHOLE = new PreTokenizer(List.of());

  /// Cuts between line ends and what is none.
  static final PreTokenizer LINES = of(Rule.run(c -> c != '\n'), Rule.run(c -> c == '\n'));

  PreTokenizer {
    stages = List.copyOf(stages);
  }

  static PreTokenizer of(Rule... rules) {
    return new PreTokenizer(List.of(List.of(rules)));
  }

  /// A stage of its own before those of `next`.
  static PreTokenizer first(Rule rule, PreTokenizer next) {
    var stages = new java.util.ArrayList<List<Rule>>();
    stages.add(List.of(rule));
    stages.addAll(next.stages);
    return new PreTokenizer(stages);
  }

  /// Gives each word of `text` as its first and the place after its last code point.
  void split(int[] text, BiConsumer<Integer, Integer> word) {
    split(text, 0, text.length, 0, word);
  }

  private void split(int[] text, int from, int to, int stage, BiConsumer<Integer, Integer> word) {
    if (stage == stages.size() && from < to) {
      word.accept(from, to);
    }
    if (stage == stages.size()) {
      return;
    }
    int left = from;
    int at = from;
    while (at < to) {
      int end = end(stages.get(stage), text, at, to);
      if (end == at) {
        at++;
        continue;
      }
      if (left < at) {
        split(text, left, at, stage + 1, word);
      }
      split(text, at, end, stage + 1, word);
      left = end;
      at = end;
    }
    if (left < to) {
      split(text, left, to, stage + 1, word);
    }
  }

  private static int end(List<Rule> rules, int[] text, int at, int to) {
    for (Rule rule : rules) {
      int end = rule.end(text, at, to);
      if (end > at) {
        return end;
      }
    }
    return at;
  }
}
