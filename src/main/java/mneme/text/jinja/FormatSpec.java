package mneme.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How one value is set in a field: Python's format mini-language,
/// `[[fill]align][sign][0][width][,][.precision][type]`.
///
/// @param align `<`, `>`, `^`, `=` (sign first, then the fill), or a space for the type's own
/// @param precision digits, or -1
/// @param type the letter, or a space
record FormatSpec(
    char fill, char align, char sign, long width, boolean grouped, int precision, char type) {
  private static final int MAX_PRECISION = 100;
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(.)?([<>^=]))?([-+ ])?#?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?",
          Pattern.DOTALL);

  static FormatSpec parse(String spec) {
    Matcher m = SYNTAX.matcher(spec);
    if (!m.matches()) {
      throw TemplateException.failed("'" + spec + "' is no format");
    }
    boolean zero = m.group(4) != null;
    char align = m.group(2) != null ? m.group(2).charAt(0) : zero ? '=' : ' ';
    char fill = m.group(1) != null ? m.group(1).charAt(0) : zero ? '0' : ' ';
    return new FormatSpec(
        fill,
        align,
        m.group(3) == null ? '-' : m.group(3).charAt(0),
        m.group(5) == null ? 0 : Long.parseLong(m.group(5)),
        m.group(6) != null,
        m.group(7) == null ? -1 : Math.min(Integer.parseInt(m.group(7)), MAX_PRECISION),
        m.group(8) == null ? ' ' : m.group(8).charAt(0));
  }

  String apply(@Nullable Object value, Meter meter) {
    if (value != null
        && Comparing.isNumber(value)
        && !(value instanceof Boolean && type == ' ')
        && type != 's') {
      String digits = value instanceof Double d ? real(Math.abs(d)) : number(value);
      boolean negative = Arithmetic.real(value) < 0;
      String mark = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
      return align == '=' ? mark + pad(digits, mark.length(), meter) : pad(mark + digits, 0, meter);
    }
    String text = new Printing(meter).text(value);
    if (type != ' ' && type != 's') {
      throw TemplateException.failed("format '" + type + "' takes no " + Values.typeName(value));
    }
    if (precision >= 0 && precision < text.codePointCount(0, text.length())) {
      text = text.substring(0, text.offsetByCodePoints(0, precision));
    }
    return pad(text, 0, meter);
  }

  private String number(Object value) {
    long whole = Arithmetic.whole(value);
    return switch (type) {
      case ' ', 'd', 'i', 'n', 'u' ->
          grouped ? grouped(whole) : Long.toString(Math.absExact(whole));
      case 'x' -> Long.toHexString(Math.absExact(whole));
      case 'X' -> Long.toHexString(Math.absExact(whole)).toUpperCase(Locale.ROOT);
      case 'o' -> Long.toOctalString(Math.absExact(whole));
      case 'b' -> Long.toBinaryString(Math.absExact(whole));
      case 'c' -> Character.toString((int) whole);
      default -> real(Math.abs(whole));
    };
  }

  private static String grouped(long whole) {
    return String.format(Locale.ROOT, "%,d", Math.absExact(whole));
  }

  private String real(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Printing.real(value);
    }
    int digits = precision < 0 ? 6 : precision;
    return switch (type) {
      case 'f', 'F' -> fixed(value, digits);
      case '%' -> fixed(value * 100, digits) + "%";
      case 'e', 'E' -> exponent(value, digits);
      case ' ' -> precision < 0 ? Printing.real(value) : general(value, digits);
      case 'g', 'G', 'n' -> general(value, digits);
      default -> throw TemplateException.failed("format '" + type + "' takes no float");
    };
  }

  private String fixed(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN);
    return grouped
        ? String.format(Locale.ROOT, "%,." + digits + "f", rounded)
        : rounded.toPlainString();
  }

  private String exponent(double value, int digits) {
    String text = String.format(Locale.ROOT, "%." + digits + "e", value);
    return type == 'E' ? text.toUpperCase(Locale.ROOT) : text;
  }

  /// Fixed or with exponent, whichever suits the size, without trailing zeros.
  private String general(double value, int digits) {
    int significant = Math.max(1, digits);
    if (value == 0) {
      return "0";
    }
    var rounded = new BigDecimal(value).round(new java.math.MathContext(significant));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent < -4 || exponent >= significant) {
      String mantissa = rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString();
      return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    return rounded.stripTrailingZeros().toPlainString();
  }

  private String pad(String text, int taken, Meter meter) {
    long missing = width - taken - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return text;
    }
    boolean right = Character.isDigit(text.isEmpty() ? ' ' : text.charAt(text.length() - 1));
    long before =
        switch (align) {
          case '<' -> 0;
          case '^' -> missing / 2;
          case '>', '=' -> missing;
          default -> type != 's' && right && type != ' ' ? missing : 0;
        };
    String filling = String.valueOf(fill);
    return Text.scratch(meter)
        .repeat(filling, before)
        .add(text)
        .repeat(filling, missing - before)
        .toString();
  }
}
