package mneme.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Filters of single values.
final class ValueFilters {
  private ValueFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("default", ValueFilters::otherwise);
    all.put("d", ValueFilters::otherwise);
    all.put("length", ValueFilters::length);
    all.put("count", ValueFilters::length);
    all.put("int", ValueFilters::whole);
    all.put("float", ValueFilters::real);
    all.put("abs", (value, _, _) -> magnitude(value));
    all.put("round", ValueFilters::round);
    all.put("attr", (value, a, e) -> e.members().of(value, a.text(0, "name")));
  }

  private static @Nullable Object otherwise(
      @Nullable Object value, Arguments arguments, Evaluator evaluator) {
    boolean missing =
        value instanceof Undefined || (arguments.flag(1, "boolean") && !Values.isTrue(value));
    return missing ? arguments.at(0, "default_value", "") : value;
  }

  private static Object length(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    return switch (value) {
      case String s -> {
        evaluator.meter().scan(s.length());
        yield (long) s.codePointCount(0, s.length());
      }
      case Map<?, ?> m -> (long) m.size();
      case Collection<?> c -> (long) c.size();
      case Undefined _ -> 0L;
      case null, default ->
          throw TemplateException.failed("a " + Values.typeName(value) + " has no length");
    };
  }

  private static @Nullable Object whole(
      @Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object otherwise = arguments.at(0, "default", 0L);
    try {
      return switch (value) {
        case Long l -> l;
        case Boolean b -> b ? 1L : 0L;
        case Double d ->
            Double.isNaN(d) || Double.isInfinite(d) ? otherwise : (Object) (long) (double) d;
        case String s -> parsed(s.strip(), (int) arguments.integer(1, "base", 10));
        case null, default -> otherwise;
      };
    } catch (NumberFormatException _) {
      return otherwise;
    }
  }

  private static Object parsed(String text, int base) {
    String digits = text.replace("_", "");
    try {
      return Long.valueOf(digits, base);
    } catch (NumberFormatException _) {
      return (long) Double.parseDouble(digits);
    }
  }

  private static @Nullable Object real(
      @Nullable Object value, Arguments arguments, Evaluator evaluator) {
    try {
      return switch (value) {
        case Long l -> (Object) (double) l;
        case Double d -> d;
        case Boolean b -> b ? 1.0 : 0.0;
        case String s -> Double.valueOf(s.strip());
        case null, default -> arguments.at(0, "default", 0.0);
      };
    } catch (NumberFormatException _) {
      return arguments.at(0, "default", 0.0);
    }
  }

  private static Object magnitude(@Nullable Object value) {
    return value instanceof Double d
        ? (Object) Math.abs(d)
        : (Object) Math.abs(Values.requireInteger(value, "what has an absolute value"));
  }

  private static Object round(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    if (value == null || !Comparing.isNumber(value)) {
      throw TemplateException.failed("a " + Values.typeName(value) + " cannot be rounded");
    }
    int digits = (int) Math.clamp(arguments.integer(0, "precision", 0), -300, 300);
    RoundingMode mode =
        switch (arguments.text(1, "method", "common")) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw TemplateException.failed("numbers are rounded common, ceil or floor");
        };
    if (value instanceof Long && mode == RoundingMode.HALF_EVEN && digits >= 0) {
      return value;
    }
    double number = Arithmetic.real(value);
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return number;
    }
    return new BigDecimal(number).setScale(digits, mode).doubleValue();
  }
}
