package mneme.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Python's `'...%s...' % values`.
final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile("%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\d{1,9})?(?:\\.(\\d{1,9}))?([a-zA-Z%])?");

  private final Meter meter;

  PercentFormat(Meter meter) {
    this.meter = meter;
  }

  /// @param values a tuple of values, a mapping for named fields, or one value
  String format(String format, @Nullable Object values) {
    List<?> positional = values instanceof Tuple t ? t : java.util.Arrays.asList(values);
    Text out = Text.scratch(meter);
    Matcher field = FIELD.matcher(format);
    int from = 0;
    int used = 0;
    while (field.find()) {
      out.add(format, from, field.start());
      from = field.end();
      if ("%".equals(field.group(5))) {
        out.add('%');
      } else if (field.group(1) != null) {
        Map<?, ?> named = Values.requireMap(values, "what a named format takes");
        out.add(field(field, named.get(field.group(1))));
      } else if (used < positional.size()) {
        out.add(field(field, positional.get(used++)));
      } else {
        throw TemplateException.failed("fewer values than fields in '" + format + "'");
      }
    }
    if (used < positional.size() && !(values instanceof Map)) {
      throw TemplateException.failed("more values than fields in '" + format + "'");
    }
    return out.add(format, from, format.length()).toString();
  }

  private String field(Matcher field, @Nullable Object value) {
    String flags = field.group(2);
    String type = field.group(5) == null ? "" : field.group(5);
    if (type.equals("r") || type.equals("a")) {
      return spec(field, flags, "s").apply(new Printing(meter).repr(value), meter);
    }
    if (type.isEmpty()) {
      throw TemplateException.failed("a format field lacks its type");
    }
    boolean whole = "diu".contains(type);
    if (whole && value instanceof Double d) {
      return spec(field, flags, "d").apply((long) (double) d, meter);
    }
    return spec(field, flags, type).apply(value, meter);
  }

  private static FormatSpec spec(Matcher field, String flags, String type) {
    boolean left = flags.indexOf('-') >= 0;
    boolean zero = flags.indexOf('0') >= 0 && !left && !type.equals("s");
    String sign = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    String align = left ? "<" : zero ? "0=" : ">";
    String width = field.group(3) == null ? "" : field.group(3);
    String precision = field.group(4) == null ? "" : "." + field.group(4);
    return FormatSpec.parse(align + sign + width + precision + type);
  }
}
