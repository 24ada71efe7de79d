package mneme.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON as Python's `json.dumps` does.
final class Json {
  /// @param indent what each level is indented by, or null for all on one line
  /// @param asciiOnly escapes every character beyond ASCII
  record Style(
      @Nullable String indent,
      String itemSeparator,
      String keySeparator,
      boolean asciiOnly,
      boolean sortedKeys) {
    static final Style PLAIN = new Style(null, ", ", ": ", false, false);
  }

  private final Style style;
  private final Comparing comparing;
  private final Meter meter;
  private final Text out;

  Json(Style style, Meter meter) {
    this.style = style;
    this.meter = meter;
    this.comparing = new Comparing(meter);
    this.out = Text.scratch(meter);
  }

  String write(@Nullable Object value) {
    write(value, 0);
    return out.toString();
  }

  private void write(@Nullable Object value, int depth) {
    meter.step();
    if (depth > Limits.VALUE_DEPTH) {
      throw TemplateException.limit("values nested deeper than " + Limits.VALUE_DEPTH);
    }
    switch (value) {
      case null -> out.add("null");
      case Boolean b -> out.add(b.toString());
      case Long l -> out.add(l.toString());
      case Double d -> out.add(real(d));
      case String s -> quoted(s);
      case Markup m -> quoted(m.text());
      case Collection<?> c -> list(c, depth);
      case Map<?, ?> m -> map(m, depth);
      default ->
          throw TemplateException.failed(
              "a " + Values.typeName(value) + " cannot be written as JSON");
    }
  }

  private static String real(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Printing.real(value);
  }

  private void list(Collection<?> items, int depth) {
    boolean first = true;
    out.add('[');
    for (Object item : items) {
      separate(first, depth + 1);
      write(item, depth + 1);
      first = false;
    }
    close(']', first, depth);
  }

  private void map(Map<?, ?> map, int depth) {
    boolean first = true;
    out.add('{');
    for (Object key : keys(map)) {
      separate(first, depth + 1);
      quoted(keyText(key));
      out.add(style.keySeparator());
      write(map.get(key), depth + 1);
      first = false;
    }
    close('}', first, depth);
  }

  private Collection<?> keys(Map<?, ?> map) {
    if (!style.sortedKeys()) {
      return map.keySet();
    }
    meter.elements(map.size());
    List<@Nullable Object> keys = new ArrayList<>(map.keySet());
    keys.sort(comparing::order);
    return keys;
  }

  private static String keyText(@Nullable Object key) {
    return switch (key) {
      case null -> "null";
      case Double d -> real(d);
      default -> key.toString();
    };
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.add(style.itemSeparator());
    }
    if (style.indent() != null) {
      out.add('\n').repeat(style.indent(), depth);
    }
  }

  private void close(char bracket, boolean empty, int depth) {
    if (style.indent() != null && !empty) {
      out.add('\n').repeat(style.indent(), depth);
    }
    out.add(bracket);
  }

  private void quoted(String text) {
    out.add('"');
    int plainFrom = 0;
    for (int i = 0; i < text.length(); i++) {
      String escape = escape(text.charAt(i));
      if (escape != null) {
        out.add(text, plainFrom, i).add(escape);
        plainFrom = i + 1;
      }
    }
    out.add(text, plainFrom, text.length()).add('"');
  }

  private @Nullable String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default -> c < 0x20 || (style.asciiOnly() && c > 126) ? "\\u%04x".formatted((int) c) : null;
    };
  }
}
