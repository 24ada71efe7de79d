package mneme.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Filters that give text.
final class TextFilters {
  private TextFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("string", (value, _, e) -> e.printing().text(value));
    all.put("safe", (value, _, e) -> new Markup(e.printing().text(value)));
    all.put("escape", (value, _, e) -> escaped(text(value, e), e));
    all.put("e", (value, _, e) -> escaped(text(value, e), e));
    all.put("upper", (value, _, e) -> text(value, e).toUpperCase(Locale.ROOT));
    all.put("lower", (value, _, e) -> text(value, e).toLowerCase(Locale.ROOT));
    all.put("capitalize", (value, _, e) -> Strings.capitalized(text(value, e)));
    all.put("title", (value, _, e) -> titled(text(value, e)));
    all.put("trim", TextFilters::trim);
    all.put("replace", TextFilters::replace);
    all.put("join", TextFilters::join);
    all.put("indent", TextFilters::indent);
    all.put("truncate", TextFilters::truncate);
    all.put("center", (value, a, e) -> centered(text(value, e), a, e));
    all.put(
        "wordcount", (value, _, e) -> (long) Strings.words(text(value, e), -1, e.meter()).size());
    all.put("format", TextFilters::format);
    all.put("pprint", (value, _, e) -> e.printing().repr(value));
    all.put("tojson", TextFilters::json);
  }

  /// The text of a value about to be worked on, paid for.
  private static String text(@Nullable Object value, Evaluator evaluator) {
    String text = evaluator.printing().text(value);
    evaluator.meter().scratch(text.length());
    return text;
  }

  private static Object escaped(String text, Evaluator evaluator) {
    evaluator.meter().scratch(5L * text.length());
    return Markup.escape(text);
  }

  /// Each word with its first letter large; words end at spaces, dashes and opening brackets.
  private static String titled(String text) {
    var titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      titled.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
      inWord = !Values.isSpace(c) && "-({[<".indexOf(c) < 0;
    }
    return titled.toString();
  }

  private static Object trim(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    boolean given = arguments.at(0, "chars", null) != null;
    String set = given ? arguments.text(0, "chars") : null;
    return Strings.strip(text(value, evaluator), set, true, true);
  }

  private static Object replace(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    return Strings.replace(
        text(value, evaluator),
        evaluator.printing().text(arguments.required(0, "old")),
        evaluator.printing().text(arguments.required(1, "new")),
        arguments.integer(2, "count", -1),
        evaluator.meter());
  }

  private static Object join(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    String separator = evaluator.printing().text(arguments.at(0, "d", ""));
    Object attribute = arguments.at(1, "attribute", null);
    Text joined = Text.scratch(evaluator.meter());
    String between = "";
    for (Object item : Values.elements(value, evaluator.meter())) {
      Object part = attribute == null ? item : ListFilters.path(item, attribute, evaluator);
      joined.add(between).add(evaluator.printing().text(part));
      between = separator;
    }
    return joined.toString();
  }

  private static Object indent(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    String padding =
        Values.plain(arguments.at(0, "width", 4L)) instanceof String given
            ? given
            : Text.scratch(evaluator.meter())
                .repeat(" ", arguments.integer(0, "width", 4))
                .toString();
    boolean first = arguments.flag(1, "first");
    boolean blank = arguments.flag(2, "blank");
    Text out = Text.scratch(evaluator.meter());
    List<@Nullable Object> lines =
        Strings.split(text(value, evaluator), "\n", -1, evaluator.meter());
    for (int i = 0; i < lines.size(); i++) {
      String line = String.valueOf(lines.get(i));
      out.add(i == 0 ? "" : "\n");
      boolean wanted = i == 0 ? first : blank || !line.isEmpty();
      out.add(wanted ? padding : "").add(line);
    }
    return out.toString();
  }

  private static Object truncate(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    String text = text(value, evaluator);
    String end = arguments.text(2, "end", "...");
    long most = arguments.integer(0, "length", 255);
    long leeway = arguments.integer(3, "leeway", 5);
    int points = text.codePointCount(0, text.length());
    if (points <= most + leeway) {
      return text;
    }
    long kept = Math.max(0, most - end.codePointCount(0, end.length()));
    String cut = text.substring(0, text.offsetByCodePoints(0, (int) kept));
    int space = cut.lastIndexOf(' ');
    boolean whole = arguments.flag(1, "killwords") || space < 0;
    return (whole ? cut : cut.substring(0, space)) + end;
  }

  private static Object centered(String text, Arguments arguments, Evaluator evaluator) {
    long missing = arguments.integer(0, "width", 80) - text.codePointCount(0, text.length());
    return Text.scratch(evaluator.meter())
        .repeat(" ", missing / 2)
        .add(text)
        .repeat(" ", missing - missing / 2)
        .toString();
  }

  private static Object format(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object values =
        arguments.named().isEmpty() ? new Tuple(arguments.positional()) : arguments.named();
    return new PercentFormat(evaluator.meter()).format(text(value, evaluator), values);
  }

  /// With the signature that Hugging Face gives it: `ensure_ascii=false, indent, separators,
  /// sort_keys`.
  private static Object json(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object indent = Values.plain(arguments.at(1, "indent", null));
    Object separators = arguments.at(2, "separators", null);
    String padding =
        switch (indent) {
          case null -> null;
          case String given -> given;
          default -> " ".repeat((int) Math.clamp(arguments.integer(1, "indent", 0), 0, 64));
        };
    String itemSeparator = padding == null ? ", " : ",";
    String keySeparator = ": ";
    if (separators != null) {
      var pair = new Arguments(Values.elements(separators, evaluator.meter()), Map.of());
      itemSeparator = pair.text(0, "separators");
      keySeparator = pair.text(1, "separators");
    }
    var style =
        new Json.Style(
            padding,
            itemSeparator,
            keySeparator,
            arguments.flag(0, "ensure_ascii"),
            arguments.flag(3, "sort_keys"));
    return new Json(style, evaluator.meter()).write(value);
  }
}
