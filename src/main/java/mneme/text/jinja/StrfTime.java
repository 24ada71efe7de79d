package mneme.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/// C's `strftime` in English.
final class StrfTime {
  private static final Map<Character, DateTimeFormatter> FIELDS =
      Map.ofEntries(
          field('a', "EEE"),
          field('A', "EEEE"),
          field('b', "MMM"),
          field('B', "MMMM"),
          field('c', "EEE MMM ppd HH:mm:ss yyyy"),
          field('d', "dd"),
          field('D', "MM/dd/yy"),
          field('e', "ppd"),
          field('F', "yyyy-MM-dd"),
          field('f', "SSSSSS"),
          field('h', "MMM"),
          field('H', "HH"),
          field('I', "hh"),
          field('j', "DDD"),
          field('m', "MM"),
          field('M', "mm"),
          field('p', "a"),
          field('R', "HH:mm"),
          field('S', "ss"),
          field('T', "HH:mm:ss"),
          field('u', "e"),
          field('x', "MM/dd/yy"),
          field('X', "HH:mm:ss"),
          field('y', "yy"),
          field('Y', "yyyy"));

  private StrfTime() {}

  private static Map.Entry<Character, DateTimeFormatter> field(char letter, String pattern) {
    return Map.entry(letter, DateTimeFormatter.ofPattern(pattern, Locale.US));
  }

  static String format(String format, LocalDateTime time, Meter meter) {
    Text out = Text.scratch(meter);
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.add(c);
        continue;
      }
      boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += unpadded ? 2 : 1;
      String field = field(format.charAt(i), time);
      out.add(unpadded ? Strings.strip(field, "0 ", true, false) : field);
    }
    return out.toString();
  }

  private static String field(char letter, LocalDateTime time) {
    DateTimeFormatter formatter = FIELDS.get(letter);
    if (formatter != null) {
      return formatter.format(time);
    }
    return switch (letter) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'z', 'Z' -> "";
      default -> "%" + letter;
    };
  }
}
