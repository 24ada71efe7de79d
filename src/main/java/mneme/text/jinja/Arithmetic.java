package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import mneme.text.jinja.Expr.Operator;
import org.jspecify.annotations.Nullable;

/// Python's operators. Integers have 64 bits; a result beyond them is an error.
final class Arithmetic {
  private final Meter meter;

  Arithmetic(Meter meter) {
    this.meter = meter;
  }

  @Nullable Object apply(Operator operator, @Nullable Object left, @Nullable Object right) {
    if (left instanceof Undefined u) {
      throw u.failure();
    }
    if (right instanceof Undefined u) {
      throw u.failure();
    }
    if (left != null && right != null && Comparing.isNumber(left) && Comparing.isNumber(right)) {
      return numbers(operator, left, right);
    }
    Object result =
        switch (operator) {
          case ADD -> sum(left, right);
          case MULTIPLY -> right instanceof Long ? repeat(left, right) : repeat(right, left);
          case REMAINDER ->
              Values.plain(left) instanceof String format
                  ? new PercentFormat(meter).format(format, right)
                  : null;
          case SUBTRACT, DIVIDE, FLOOR_DIVIDE, POWER -> null;
        };
    if (result == null) {
      throw TemplateException.failed(
          "'%s' takes no %s and %s"
              .formatted(
                  operator.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                  Values.typeName(left),
                  Values.typeName(right)));
    }
    return result;
  }

  private @Nullable Object sum(@Nullable Object left, @Nullable Object right) {
    if (left instanceof String a && right instanceof String b) {
      meter.scratch((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof Markup a && right instanceof Markup b) {
      return markup(a, b);
    }
    if (left instanceof Markup a && right instanceof String b) {
      return markup(a, Markup.escape(b));
    }
    if (left instanceof String a && right instanceof Markup b) {
      return markup(Markup.escape(a), b);
    }
    boolean sameKind = left instanceof Tuple == right instanceof Tuple;
    if (left instanceof List<?> a && right instanceof List<?> b && sameKind) {
      meter.elements((long) a.size() + b.size());
      List<@Nullable Object> joined = new ArrayList<>(a.size() + b.size());
      joined.addAll(a);
      joined.addAll(b);
      return left instanceof Tuple ? new Tuple(joined) : joined;
    }
    return null;
  }

  private Markup markup(Markup left, Markup right) {
    meter.scratch((long) left.text().length() + right.text().length());
    return new Markup(left.text() + right.text());
  }

  private @Nullable Object repeat(@Nullable Object value, @Nullable Object times) {
    if (!(times instanceof Long count)) {
      return null;
    }
    if (Values.plain(value) instanceof String text) {
      return Text.scratch(meter).repeat(text, count).toString();
    }
    if (!(value instanceof List<?> list)) {
      return null;
    }
    List<@Nullable Object> repeated = new ArrayList<>();
    if (!list.isEmpty()) {
      for (long i = 0; i < count; i++) {
        meter.elements(list.size());
        repeated.addAll(list);
      }
    }
    return value instanceof Tuple ? new Tuple(repeated) : repeated;
  }

  private static Object numbers(Operator operator, Object left, Object right) {
    boolean whole = !(left instanceof Double) && !(right instanceof Double);
    try {
      if (whole && operator != Operator.DIVIDE) {
        return wholes(operator, whole(left), whole(right));
      }
    } catch (ArithmeticException _) {
      throw TemplateException.failed("an integer is divided by 0 or grows beyond 64 bits");
    }
    return reals(operator, real(left), real(right));
  }

  private static Object wholes(Operator operator, long a, long b) {
    return switch (operator) {
      case ADD -> (Object) Math.addExact(a, b);
      case SUBTRACT -> Math.subtractExact(a, b);
      case MULTIPLY -> Math.multiplyExact(a, b);
      case FLOOR_DIVIDE -> Math.floorDivExact(a, b);
      case REMAINDER -> Math.floorMod(a, b);
      case POWER -> b < 0 ? (Object) Math.pow(a, b) : (Object) Math.powExact(a, exponent(b));
      case DIVIDE -> throw new IllegalArgumentException("quotients are real");
    };
  }

  private static int exponent(long b) {
    return (int) Math.min(b, Integer.MAX_VALUE);
  }

  private static Object reals(Operator operator, double a, double b) {
    return switch (operator) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / divisor(b);
      case FLOOR_DIVIDE -> Math.floor(a / divisor(b));
      case REMAINDER -> a - Math.floor(a / divisor(b)) * b;
      case POWER -> Math.pow(a, b);
    };
  }

  private static double divisor(double b) {
    if (b == 0) {
      throw TemplateException.failed("division by 0");
    }
    return b;
  }

  Object negate(@Nullable Object value) {
    return switch (value) {
      case Double d -> -d;
      case Undefined u -> throw u.failure();
      case null, default -> -Values.requireInteger(value, "what '-' negates");
    };
  }

  static double real(Object number) {
    return number instanceof Double d ? d : (double) whole(number);
  }

  static long whole(Object number) {
    return number instanceof Boolean b ? (b ? 1 : 0) : (Long) number;
  }
}
