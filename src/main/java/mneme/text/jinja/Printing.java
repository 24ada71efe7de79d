package mneme.text.jinja;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Python's `str` and `repr`.
final class Printing {
  private final Meter meter;

  Printing(Meter meter) {
    this.meter = meter;
  }

  /// A value as text, as `{{ }}` prints it.
  String text(@Nullable Object value) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Undefined _ -> "";
      case null, default -> repr(value);
    };
  }

  String repr(@Nullable Object value) {
    Text text = Text.scratch(meter);
    repr(value, text, 0);
    return text.toString();
  }

  private void repr(@Nullable Object value, Text out, int depth) {
    meter.step();
    if (depth > Limits.VALUE_DEPTH) {
      throw TemplateException.limit("values nested deeper than " + Limits.VALUE_DEPTH);
    }
    switch (value) {
      case null -> out.add("None");
      case Boolean b -> out.add(b ? "True" : "False");
      case Long l -> out.add(l.toString());
      case Double d -> out.add(real(d));
      case String s -> quoted(s, out);
      case Markup m -> {
        out.add("Markup(");
        quoted(m.text(), out);
        out.add(')');
      }
      case Tuple t -> {
        items(t, "(", t.size() == 1 ? ",)" : ")", out, depth);
      }
      case Collection<?> c -> items(c, "[", "]", out, depth);
      case Map<?, ?> m -> map(m, out, depth);
      case Undefined _ -> out.add("Undefined");
      case Namespace n -> {
        out.add("<Namespace ");
        map(n.values(), out, depth);
        out.add('>');
      }
      default -> out.add("<function>");
    }
  }

  private void items(Collection<?> items, String open, String close, Text out, int depth) {
    String separator = open;
    for (Object item : items) {
      out.add(separator);
      repr(item, out, depth + 1);
      separator = ", ";
    }
    out.add(items.isEmpty() ? open + close : close);
  }

  private void map(Map<?, ?> map, Text out, int depth) {
    String separator = "";
    out.add('{');
    for (var entry : map.entrySet()) {
      out.add(separator);
      repr(entry.getKey(), out, depth + 1);
      out.add(": ");
      repr(entry.getValue(), out, depth + 1);
      separator = ", ";
    }
    out.add('}');
  }

  private static void quoted(String text, Text out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.add(quote);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> out.add("\\n");
            case '\r' -> out.add("\\r");
            case '\t' -> out.add("\\t");
            case '\\' -> out.add("\\\\");
            default -> {
              if (c == quote) {
                out.add('\\').add(quote);
              } else {
                out.add(isPrintable(c) ? Character.toString(c) : escaped(c));
              }
            }
          }
        });
    out.add(quote);
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  private static String escaped(int c) {
    return c <= 0xff
        ? "\\x%02x".formatted(c)
        : c <= 0xffff ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
  }

  /// Shortest digits that give the number back; an exponent below 1e-4 and from 1e16 on.
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e16)) {
      return withExponent(Double.toString(value));
    }
    String plain = new java.math.BigDecimal(Double.toString(value)).toPlainString();
    return plain.indexOf('.') < 0 ? plain + ".0" : plain;
  }

  /// Java's `1.0E-5` as Python's `1e-05`.
  private static String withExponent(String java) {
    int e = java.indexOf('E');
    String digits = java.substring(0, e);
    if (digits.endsWith(".0")) {
      digits = digits.substring(0, digits.length() - 2);
    }
    int exponent = Integer.parseInt(java.substring(e + 1));
    return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
