package mneme.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The methods of a string.
final class StringMethods {
  @FunctionalInterface
  private interface Method {
    @Nullable Object call(String text, Arguments arguments, Evaluator evaluator);
  }

  private static final Map<String, Method> ALL =
      Map.ofEntries(
          Map.entry("strip", (text, a, _) -> strip(text, a, true, true)),
          Map.entry("lstrip", (text, a, _) -> strip(text, a, true, false)),
          Map.entry("rstrip", (text, a, _) -> strip(text, a, false, true)),
          Map.entry("upper", (text, _, _) -> text.toUpperCase(Locale.ROOT)),
          Map.entry("lower", (text, _, _) -> text.toLowerCase(Locale.ROOT)),
          Map.entry("casefold", (text, _, _) -> text.toLowerCase(Locale.ROOT)),
          Map.entry("capitalize", (text, _, _) -> Strings.capitalized(text)),
          Map.entry("title", (text, _, _) -> Strings.titled(text)),
          Map.entry("startswith", (text, a, _) -> matches(a, text, String::startsWith)),
          Map.entry("endswith", (text, a, _) -> matches(a, text, String::endsWith)),
          Map.entry("removeprefix", (text, a, _) -> withoutPrefix(text, a.text(0, "prefix"))),
          Map.entry("removesuffix", (text, a, _) -> withoutSuffix(text, a.text(0, "suffix"))),
          Map.entry("replace", StringMethods::replace),
          Map.entry("split", (text, a, e) -> split(text, a, e, false)),
          Map.entry("rsplit", (text, a, e) -> split(text, a, e, true)),
          Map.entry("partition", (text, a, _) -> partition(text, a.text(0, "sep"), false)),
          Map.entry("rpartition", (text, a, _) -> partition(text, a.text(0, "sep"), true)),
          Map.entry(
              "splitlines", (text, a, e) -> Strings.lines(text, a.flag(0, "keepends"), e.meter())),
          Map.entry("join", (text, a, e) -> join(text, a.required(0, "iterable"), e)),
          Map.entry("find", (text, a, _) -> index(text, text.indexOf(a.text(0, "sub")))),
          Map.entry("rfind", (text, a, _) -> index(text, text.lastIndexOf(a.text(0, "sub")))),
          Map.entry("index", (text, a, _) -> found(text, text.indexOf(a.text(0, "sub")))),
          Map.entry("count", (text, a, e) -> Strings.count(text, a.text(0, "sub"), e.meter())),
          Map.entry("format", BraceFormat::format),
          Map.entry("zfill", (text, a, e) -> zeroFilled(text, a, e.meter())),
          Map.entry("center", (text, a, e) -> pad(text, a, '^', e.meter())),
          Map.entry("ljust", (text, a, e) -> pad(text, a, '<', e.meter())),
          Map.entry("rjust", (text, a, e) -> pad(text, a, '>', e.meter())),
          Map.entry("isdigit", (text, _, _) -> all(text, Character::isDigit)),
          Map.entry("isdecimal", (text, _, _) -> all(text, Character::isDigit)),
          Map.entry("isnumeric", (text, _, _) -> all(text, Character::isDigit)),
          Map.entry("isalpha", (text, _, _) -> all(text, Character::isLetter)),
          Map.entry("isalnum", (text, _, _) -> all(text, Character::isLetterOrDigit)),
          Map.entry("isspace", (text, _, _) -> all(text, Values::isSpace)),
          Map.entry("isupper", (text, _, e) -> e.holds("upper", text, Arguments.NONE)),
          Map.entry("islower", (text, _, e) -> e.holds("lower", text, Arguments.NONE)));

  private StringMethods() {}

  static @Nullable Callable bind(String text, String name, Evaluator evaluator) {
    Method method = ALL.get(name);
    if (method == null) {
      return null;
    }
    return arguments -> {
      evaluator.meter().scratch(text.length());
      evaluator.meter().scan(text.length());
      return method.call(text, arguments, evaluator);
    };
  }

  private static Object strip(String text, Arguments arguments, boolean left, boolean right) {
    boolean given = arguments.at(0, "chars", null) != null;
    return Strings.strip(text, given ? arguments.text(0, "chars") : null, left, right);
  }

  private static boolean matches(
      Arguments arguments, String text, BiPredicate<String, String> test) {
    if (arguments.required(0, "prefix") instanceof List<?> several) {
      return several.stream()
          .anyMatch(
              one -> test.test(text, Values.requireText(one, "what a str starts or ends with")));
    }
    return test.test(text, arguments.text(0, "prefix"));
  }

  private static Object withoutPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static Object withoutSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static Object replace(String text, Arguments arguments, Evaluator evaluator) {
    return Strings.replace(
        text,
        arguments.text(0, "old"),
        arguments.text(1, "new"),
        arguments.integer(2, "count", -1),
        evaluator.meter());
  }

  private static Object split(
      String text, Arguments arguments, Evaluator evaluator, boolean fromRight) {
    long most = arguments.integer(1, "maxsplit", -1);
    if (arguments.at(0, "sep", null) == null) {
      return fromRight && most >= 0
          ? lastWords(text, most, evaluator.meter())
          : Strings.words(text, most, evaluator.meter());
    }
    String separator = arguments.text(0, "sep");
    return fromRight
        ? Strings.splitRight(text, separator, most, evaluator.meter())
        : Strings.split(text, separator, most, evaluator.meter());
  }

  private static List<@Nullable Object> lastWords(String text, long most, Meter meter) {
    List<@Nullable Object> words = new java.util.ArrayList<>();
    String rest = Strings.strip(text, null, false, true);
    while (!Strings.strip(rest, null, true, false).isEmpty()) {
      meter.scan(rest.length());
      meter.elements(1);
      int space = rest.length();
      while (space > 0 && !Values.isSpace(rest.charAt(space - 1))) {
        space--;
      }
      if (words.size() >= most || space == 0) {
        words.add(rest);
        break;
      }
      words.add(rest.substring(space));
      rest = Strings.strip(rest.substring(0, space), null, false, true);
    }
    return words.reversed();
  }

  private static Object partition(String text, String separator, boolean last) {
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return new Tuple(last ? List.of("", "", text) : List.of(text, "", ""));
    }
    return new Tuple(
        List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
  }

  private static Object join(String separator, @Nullable Object items, Evaluator evaluator) {
    Text joined = Text.scratch(evaluator.meter());
    String between = "";
    for (Object item : Values.elements(Values.plain(items), evaluator.meter())) {
      joined.add(between).add(Values.requireText(item, "an item to join"));
      between = separator;
    }
    return joined.toString();
  }

  private static Object index(String text, int at) {
    return at < 0 ? -1L : (long) text.codePointCount(0, at);
  }

  private static Object found(String text, int at) {
    if (at < 0) {
      throw TemplateException.failed("the str does not contain what is looked for");
    }
    return index(text, at);
  }

  private static Object zeroFilled(String text, Arguments arguments, Meter meter) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    long width = arguments.integer(0, "width", 0) - text.codePointCount(0, text.length());
    return Text.scratch(meter)
        .add(text, 0, signed ? 1 : 0)
        .repeat("0", width)
        .add(text, signed ? 1 : 0, text.length())
        .toString();
  }

  private static Object pad(String text, Arguments arguments, char align, Meter meter) {
    long missing = arguments.integer(0, "width", 0) - text.codePointCount(0, text.length());
    String fill = arguments.text(1, "fillchar", " ");
    long width = arguments.integer(0, "width", 0);
    long before =
        switch (align) {
          case '<' -> 0;
          case '>' -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return Text.scratch(meter)
        .repeat(fill, before)
        .add(text)
        .repeat(fill, missing - before)
        .toString();
  }

  private static boolean all(String text, IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }
}
