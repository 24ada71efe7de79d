package mneme.text.jinja;

import java.util.List;
import java.util.Map;
import mneme.text.jinja.Expr.Relation;
import org.jspecify.annotations.Nullable;

/// Python's comparisons.
final class Comparing {
  private final Meter meter;

  Comparing(Meter meter) {
    this.meter = meter;
  }

  boolean holds(Relation relation, @Nullable Object left, @Nullable Object right) {
    return switch (relation) {
      case EQUAL -> equal(left, right);
      case UNEQUAL -> !equal(left, right);
      case LESS -> order(left, right) < 0;
      case AT_MOST -> order(left, right) <= 0;
      case GREATER -> order(left, right) > 0;
      case AT_LEAST -> order(left, right) >= 0;
      case IN -> contains(right, left);
      case NOT_IN -> !contains(right, left);
    };
  }

  boolean equal(@Nullable Object left, @Nullable Object right) {
    return equal(left, right, 0);
  }

  private boolean equal(@Nullable Object left, @Nullable Object right, int depth) {
    meter.step();
    if (depth > Limits.VALUE_DEPTH) {
      throw TemplateException.limit("values nested deeper than " + Limits.VALUE_DEPTH);
    }
    Object a = Values.plain(left);
    Object b = Values.plain(right);
    if (a == null || b == null) {
      return a == b;
    }
    if (isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return a instanceof Tuple == b instanceof Tuple && equalLists(x, y, depth + 1);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return equalMaps(x, y, depth + 1);
    }
    if (a instanceof String x && b instanceof String y) {
      meter.scan(x.length());
      return x.equals(y);
    }
    return a instanceof Undefined ? b instanceof Undefined : a == b;
  }

  private boolean equalLists(List<?> left, List<?> right, int depth) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i), depth)) {
        return false;
      }
    }
    return true;
  }

  private boolean equalMaps(Map<?, ?> left, Map<?, ?> right, int depth) {
    if (left.size() != right.size()) {
      return false;
    }
    for (var entry : left.entrySet()) {
      Object key = entry.getKey();
      if (!right.containsKey(key) || !equal(entry.getValue(), right.get(key), depth)) {
        return false;
      }
    }
    return true;
  }

  static boolean isNumber(@Nullable Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static int compareNumbers(Object left, Object right) {
    if (left instanceof Double || right instanceof Double) {
      double a = Arithmetic.real(left);
      double b = Arithmetic.real(right);
      return a == b ? 0 : a < b ? -1 : 1;
    }
    return Long.compare(Arithmetic.whole(left), Arithmetic.whole(right));
  }

  /// Negative, 0 or positive as `left` is before, at or after `right`.
  ///
  /// @throws TemplateException if the two have no order
  int order(@Nullable Object left, @Nullable Object right) {
    return order(left, right, 0);
  }

  private int order(@Nullable Object left, @Nullable Object right, int depth) {
    meter.step();
    Object a = Values.plain(left);
    Object b = Values.plain(right);
    if (a instanceof Undefined u) {
      throw u.failure();
    }
    if (b instanceof Undefined u) {
      throw u.failure();
    }
    if (a != null && b != null && isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b);
    }
    if (a instanceof String x && b instanceof String y) {
      meter.scan(Math.min(x.length(), y.length()));
      return comparePoints(x, y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y && depth < Limits.VALUE_DEPTH) {
      return orderLists(x, y, depth + 1);
    }
    throw TemplateException.failed(
        "a " + Values.typeName(a) + " and a " + Values.typeName(b) + " have no order");
  }

  private int orderLists(List<?> left, List<?> right, int depth) {
    int shared = Math.min(left.size(), right.size());
    for (int i = 0; i < shared; i++) {
      if (!equal(left.get(i), right.get(i))) {
        return order(left.get(i), right.get(i), depth);
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /// By code points, as Python does; UTF-16 order differs beyond U+D800.
  private static int comparePoints(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean surrogates = Character.isSurrogate(a) || Character.isSurrogate(b);
        return surrogates && Character.isSurrogate(a) != Character.isSurrogate(b)
            ? (Character.isSurrogate(a) ? 1 : -1)
            : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  boolean contains(@Nullable Object container, @Nullable Object wanted) {
    Object in = Values.plain(container);
    return switch (in) {
      case String s -> {
        meter.scan(s.length());
        yield s.contains(Values.requireText(wanted, "what 'in' looks for in a str"));
      }
      case Map<?, ?> map -> map.containsKey(Values.key(wanted));
      case List<?> list -> containsElement(list, wanted);
      case Undefined _ -> false;
      case null, default ->
          throw TemplateException.failed("a " + Values.typeName(in) + " contains nothing");
    };
  }

  private boolean containsElement(List<?> list, @Nullable Object wanted) {
    for (Object element : list) {
      if (equal(element, wanted)) {
        return true;
      }
    }
    return false;
  }
}
