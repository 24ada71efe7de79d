package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Python's string operations that Java's differ from.
final class Strings {
  private Strings() {}

  /// Without the characters in `set` (null: white space) at the chosen ends.
  static String strip(String text, @Nullable String set, boolean left, boolean right) {
    IntPredicate goes = set == null ? Values::isSpace : c -> set.indexOf(c) >= 0;
    int from = 0;
    int to = text.length();
    while (left && from < to && goes.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && goes.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  /// @param most how many to replace; negative for all
  static String replace(String text, String old, String by, long most, Meter meter) {
    meter.scan(text.length());
    Text out = Text.scratch(meter);
    int from = 0;
    for (long done = 0; most < 0 || done < most; done++) {
      int at = old.isEmpty() ? emptyMatch(text, from, done) : text.indexOf(old, from);
      if (at < 0) {
        break;
      }
      out.add(text, from, at).add(by);
      meter.step();
      from = at + old.length();
    }
    return out.add(text, from, text.length()).toString();
  }

  /// The empty string is found before every character and at the end.
  private static int emptyMatch(String text, int from, long done) {
    if (done == 0) {
      return 0;
    }
    return from >= text.length() ? -1 : from + Character.charCount(text.codePointAt(from));
  }

  /// Around `separator`, at most `most` times (negative: always).
  static List<@Nullable Object> split(String text, String separator, long most, Meter meter) {
    requireSeparator(separator);
    meter.scan(text.length());
    meter.scratch(text.length());
    List<@Nullable Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && (most < 0 || parts.size() < most);
        at = text.indexOf(separator, from)) {
      meter.elements(1);
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  /// As [#split], but from the right.
  static List<@Nullable Object> splitRight(String text, String separator, long most, Meter meter) {
    requireSeparator(separator);
    meter.scan(text.length());
    meter.scratch(text.length());
    List<@Nullable Object> parts = new ArrayList<>();
    int to = text.length();
    for (int at = text.lastIndexOf(separator);
        at >= 0 && (most < 0 || parts.size() < most);
        at = to < separator.length() ? -1 : text.lastIndexOf(separator, to - separator.length())) {
      meter.elements(1);
      parts.add(text.substring(at + separator.length(), to));
      to = at;
    }
    parts.add(text.substring(0, to));
    return parts.reversed();
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw TemplateException.failed("an empty separator splits nothing");
    }
  }

  /// The words between runs of white space; after `most` of them (negative: never) the rest is one.
  static List<@Nullable Object> words(String text, long most, Meter meter) {
    meter.scan(text.length());
    meter.scratch(text.length());
    List<@Nullable Object> words = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && Values.isSpace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        return words;
      }
      meter.elements(1);
      if (most >= 0 && words.size() >= most) {
        words.add(text.substring(at));
        return words;
      }
      int start = at;
      while (at < text.length() && !Values.isSpace(text.charAt(at))) {
        at++;
      }
      words.add(text.substring(start, at));
    }
  }

  static List<@Nullable Object> lines(String text, boolean keepEnds, Meter meter) {
    meter.scan(text.length());
    meter.scratch(text.length());
    List<@Nullable Object> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = from;
      while (end < text.length() && !isLineEnd(text.charAt(end))) {
        end++;
      }
      int next = Math.min(end + (text.startsWith("\r\n", end) ? 2 : 1), text.length());
      meter.elements(1);
      lines.add(text.substring(from, keepEnds ? next : end));
      from = next;
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static long count(String text, String part, Meter meter) {
    meter.scan(text.length());
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
    }
    return found;
  }

  /// First letter large, the rest small.
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int rest = text.offsetByCodePoints(0, 1);
    return Character.toString(Character.toTitleCase(text.codePointAt(0)))
        + text.substring(rest).toLowerCase(Locale.ROOT);
  }

  /// Each run of letters with its first letter large, as `str.title`.
  static String titled(String text) {
    var titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      titled.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return titled.toString();
  }
}
