package mneme.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What values of a template are and what can be asked of all of them: null, [Undefined], Boolean,
/// Long, Double, String, [Markup], List (a [Tuple] among them), Map, [Namespace], [Callable].
final class Values {
  private Values() {}

  /// A value from outside, copied into those types.
  ///
  /// @throws TemplateException if it is of no such type, or nested too deep
  static @Nullable Object of(@Nullable Object outside) {
    return of(outside, 0);
  }

  private static @Nullable Object of(@Nullable Object outside, int depth) {
    if (depth > Limits.VALUE_DEPTH) {
      throw TemplateException.limit("values nested deeper than " + Limits.VALUE_DEPTH);
    }
    return switch (outside) {
      case null -> null;
      case String s -> s;
      case Boolean b -> b;
      case Long l -> l;
      case Double d -> d;
      case Float f -> (Object) f.doubleValue();
      case Number n -> (Object) whole(n);
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> copy.put(of(key, depth + 1), of(value, depth + 1)));
        yield copy;
      }
      case Collection<?> items -> {
        List<@Nullable Object> copy = new ArrayList<>(items.size());
        items.forEach(item -> copy.add(of(item, depth + 1)));
        yield copy;
      }
      default -> throw TemplateException.failed("no value for a template: " + outside.getClass());
    };
  }

  private static Object whole(Number number) {
    if (number instanceof Integer || number instanceof Short || number instanceof Byte) {
      return number.longValue();
    }
    return number.doubleValue();
  }

  static boolean isTrue(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean b -> b;
      case Long l -> l != 0;
      case Double d -> d != 0;
      case String s -> !s.isEmpty();
      case Markup m -> !m.text().isEmpty();
      case Collection<?> c -> !c.isEmpty();
      case Map<?, ?> m -> !m.isEmpty();
      case Undefined _ -> false;
      default -> true;
    };
  }

  /// A markup string as the plain string it holds; anything else as it is.
  static @Nullable Object plain(@Nullable Object value) {
    return value instanceof Markup markup ? markup.text() : value;
  }

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /// Python's name of the value's type, for messages.
  static String typeName(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Undefined _ -> "Undefined";
      case Boolean _ -> "bool";
      case Long _ -> "int";
      case Double _ -> "float";
      case String _, Markup _ -> "str";
      case Tuple _ -> "tuple";
      case Collection<?> _ -> "list";
      case Map<?, ?> _ -> "dict";
      case Namespace _ -> "namespace";
      default -> "function";
    };
  }

  static String requireText(@Nullable Object value, String what) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Undefined u -> throw u.failure();
      case null, default ->
          throw TemplateException.failed(what + " is a " + typeName(value) + ", wanted a str");
    };
  }

  static long requireInteger(@Nullable Object value, String what) {
    return switch (value) {
      case Long l -> l;
      case Boolean b -> b ? 1 : 0;
      case Undefined u -> throw u.failure();
      case null, default ->
          throw TemplateException.failed(what + " is a " + typeName(value) + ", wanted an int");
    };
  }

  static Map<?, ?> requireMap(@Nullable Object value, String what) {
    return switch (value) {
      case Map<?, ?> m -> m;
      case Undefined u -> throw u.failure();
      case null, default ->
          throw TemplateException.failed(what + " is a " + typeName(value) + ", wanted a dict");
    };
  }

  /// The elements of anything that can be run over: of a string its characters, of a mapping its
  /// keys, of the undefined none. May be the value itself, so it is not to be changed.
  static List<@Nullable Object> elements(@Nullable Object value, Meter meter) {
    return switch (value) {
      case List<?> list -> {
        @SuppressWarnings("unchecked")
        var same = (List<@Nullable Object>) list;
        yield same;
      }
      case Map<?, ?> map -> {
        meter.elements(map.size());
        yield new ArrayList<>(map.keySet());
      }
      case String s -> characters(s, meter);
      case Markup m -> characters(m.text(), meter);
      case Undefined _ -> List.of();
      case null, default ->
          throw TemplateException.failed("a " + typeName(value) + " has no elements to run over");
    };
  }

  private static List<@Nullable Object> characters(String text, Meter meter) {
    meter.elements(text.length());
    List<@Nullable Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(point -> characters.add(Character.toString(point)));
    return characters;
  }

  /// A key of a mapping.
  static @Nullable Object key(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Markup m -> m.text();
      case String s -> s;
      case Boolean b -> b;
      case Long l -> l;
      case Double d -> d == Math.rint(d) && Math.abs(d) < 1e18 ? (Object) d.longValue() : d;
      case Undefined u -> throw u.failure();
      default -> throw TemplateException.failed("a " + typeName(value) + " cannot be a key");
    };
  }
}
