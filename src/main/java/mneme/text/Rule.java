package mneme.text;

import java.util.List;
import java.util.function.IntPredicate;

/// One alternative of a pre-tokenizer: says how far a word goes that begins at a place. Each is
/// written by hand to look at a code point a bounded number of times, because the regular
/// expressions they stand for are slow on hostile text in engines that backtrack.
@FunctionalInterface
interface Rule {
  /// The end of the word of `text[0, to)` that begins at `from`; `from` itself if none does.
  int end(int[] text, int from, int to);

  /// The regular expression `[class]+`.
  static Rule run(IntPredicate member) {
    return (text, from, to) -> skip(text, from, to, member);
  }

  /// `[class]{1,most}`.
  static Rule run(IntPredicate member, int most) {
    return (text, from, to) -> skip(text, from, Math.min(to, from + most), member);
  }

  /// `[lead]?[class]+`, where no lead is in the class or the run is the better for it.
  static Rule led(IntPredicate lead, IntPredicate member) {
    return (text, from, to) -> {
      int start = from < to && lead.test(text[from]) ? from + 1 : from;
      int end = skip(text, start, to, member);
      return end > start ? end : skip(text, from, to, member);
    };
  }

  /// `first[second]`: this rule, and if it holds, as much of the run as follows.
  default Rule then(IntPredicate member) {
    return (text, from, to) -> {
      int end = end(text, from, to);
      return end == from ? from : skip(text, end, to, member);
    };
  }

  /// This rule, and if it holds, the other one where it can.
  default Rule then(Rule next) {
    return (text, from, to) -> {
      int end = end(text, from, to);
      return end == from ? from : next.end(text, end, to);
    };
  }

  /// This rule, or where it does not hold, the other one.
  default Rule or(Rule other) {
    return (text, from, to) -> {
      int end = end(text, from, to);
      return end == from ? other.end(text, from, to) : end;
    };
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`.
  static Rule contraction(boolean anyCase) {
    List<String> endings = List.of("s", "t", "re", "ve", "m", "ll", "d");
    return (text, from, to) -> {
      if (from >= to || text[from] != '\'') {
        return from;
      }
      for (String ending : endings) {
        if (matches(text, from + 1, to, ending, anyCase)) {
          return from + 1 + ending.length();
        }
      }
      return from;
    };
  }

  private static boolean matches(int[] text, int at, int to, String word, boolean anyCase) {
    if (at + word.length() > to) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      int c = text[at + i];
      if ((anyCase && c < 128 ? Character.toLowerCase(c) : c) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// One ASCII punctuation mark and the ASCII letters after it.
  static Rule signAndWord() {
    return (text, from, to) -> {
      boolean sign = from < to && Letters.asciiPunctuation(text[from]);
      int end = sign ? skip(text, from + 1, to, Letters::asciiLetter) : from;
      return end > from + 1 ? end : from;
    };
  }

  /// `\s*[\r\n]+`: blanks up to the last line end among them.
  static Rule lineEnds() {
    return (text, from, to) -> {
      int end = skip(text, from, to, Letters::space);
      while (end > from && !Letters.newline(text[end - 1])) {
        end--;
      }
      return end;
    };
  }

  /// `\s+(?!\S)`: all blanks, but the last is left to the word that follows.
  static Rule spacesBeforeWord() {
    return (text, from, to) -> {
      int end = skip(text, from, to, Letters::space);
      return end == to || end == from ? end : end - 1;
    };
  }

  /// `\s+(?!\S)|\s+`: as [#spacesBeforeWord], but a single blank that no word takes stands alone.
  static Rule spaces() {
    return spacesBeforeWord().or(run(Letters::space));
  }

  /// `\s+$`: blanks at the very end only. A blank before `from` says that this run has been tried.
  static Rule spacesAtEnd() {
    return (text, from, to) -> {
      if (from > 0 && Letters.space(text[from - 1])) {
        return from;
      }
      int end = skip(text, from, to, Letters::space);
      return end == to ? end : from;
    };
  }

  /// `[lead]?[upper]*[lower]+`, where the classes may share members.
  static Rule endingLower(IntPredicate lead, IntPredicate upper, IntPredicate lower) {
    return (text, from, to) -> {
      int led = from < to && lead.test(text[from]) ? from + 1 : from;
      int end = endingLower(text, led, to, upper, lower);
      return end > led ? end : endingLower(text, from, to, upper, lower);
    };
  }

  /// `[lead]?[upper]+[lower]*`.
  static Rule startingUpper(IntPredicate lead, IntPredicate upper, IntPredicate lower) {
    return led(lead, upper).then(lower);
  }

  /// `[lead]?[upper]*[lower]+|[lead]?[upper]+[lower]*`.
  static Rule capitalized(IntPredicate lead, IntPredicate upper, IntPredicate lower) {
    return endingLower(lead, upper, lower).or(startingUpper(lead, upper, lower));
  }

  private static int endingLower(
      int[] text, int from, int to, IntPredicate upper, IntPredicate lower) {
    int capitals = skip(text, from, to, upper);
    int end = skip(text, capitals, to, lower);
    if (end > capitals) {
      return end;
    }
    while (end > from && !lower.test(text[end - 1])) {
      end--;
    }
    return end;
  }

  static int skip(int[] text, int from, int to, IntPredicate member) {
    int at = from;
    while (at < to && member.test(text[at])) {
      at++;
    }
    return at;
  }
}
