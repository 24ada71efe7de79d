package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// Python's `'...{}...'.format(...)`: fields by order, number or name, with attributes and items,
/// `!r`, and a format after the colon.
final class BraceFormat {
  private final String format;
  private final Arguments arguments;
  private final Evaluator evaluator;
  private final Text out;
  private int next;

  private BraceFormat(String format, Arguments arguments, Evaluator evaluator) {
    this.format = format;
    this.arguments = arguments;
    this.evaluator = evaluator;
    this.out = Text.scratch(evaluator.meter());
  }

  static String format(String format, Arguments arguments, Evaluator evaluator) {
    return new BraceFormat(format, arguments, evaluator).run();
  }

  private String run() {
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      boolean doubled = at + 1 < format.length() && format.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.add(c);
        at += 2;
      } else if (c == '{') {
        int close = format.indexOf('}', at);
        if (close < 0) {
          throw TemplateException.failed("a field of '" + format + "' is not closed");
        }
        field(format.substring(at + 1, close));
        at = close + 1;
      } else if (c == '}') {
        throw TemplateException.failed("a single '}' stands in '" + format + "'");
      } else {
        int end = at + 1;
        while (end < format.length() && "{}".indexOf(format.charAt(end)) < 0) {
          end++;
        }
        out.add(format, at, end);
        at = end;
      }
    }
    return out.toString();
  }

  private void field(String field) {
    int colon = field.indexOf(':');
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    String path = colon < 0 ? field : field.substring(0, colon);
    int mark = path.indexOf('!');
    @Nullable Object value = resolve(mark < 0 ? path : path.substring(0, mark));
    if (mark >= 0 && path.endsWith("r")) {
      value = evaluator.printing().repr(value);
    }
    out.add(
        spec.isEmpty()
            ? evaluator.printing().text(value)
            : FormatSpec.parse(spec).apply(value, evaluator.meter()));
  }

  private @Nullable Object resolve(String path) {
    int end = 0;
    while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    @Nullable Object value = root(path.substring(0, end));
    while (end < path.length()) {
      boolean item = path.charAt(end) == '[';
      int stop = end + 1;
      while (stop < path.length() && ".[]".indexOf(path.charAt(stop)) < 0) {
        stop++;
      }
      String name = path.substring(end + 1, stop);
      value =
          item ? evaluator.members().item(value, key(name)) : evaluator.members().of(value, name);
      end = item && stop < path.length() ? stop + 1 : stop;
    }
    return value;
  }

  private @Nullable Object root(String name) {
    if (name.isEmpty()) {
      return arguments.required(next++, "");
    }
    if (Character.isDigit(name.charAt(0))) {
      return arguments.required((int) (long) (Long) key(name), name);
    }
    return arguments.required(Integer.MAX_VALUE, name);
  }

  private static Object key(String name) {
    boolean digits =
        !name.isEmpty() && name.length() < 9 && name.chars().allMatch(Character::isDigit);
    return digits ? (Object) Long.valueOf(name) : name;
  }
}
