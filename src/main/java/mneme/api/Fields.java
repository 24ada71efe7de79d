package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object, read by type. A field that is `null` counts as absent; one of a
/// wrong type or out of range is refused by name.
record Fields(ObjectNode node, String path) {
  boolean has(String name) {
    return node.hasNonNull(name);
  }

  Iterable<String> names() {
    return node::fieldNames;
  }

  String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  Optional<JsonNode> value(String name) {
    return has(name) ? Optional.of(node.get(name)) : Optional.empty();
  }

  String text(String name) {
    return textIf(name).orElseThrow(() -> Refusal.of(name(name), name(name) + " is required"));
  }

  Optional<String> textIf(String name) {
    return value(name).map(value -> text(value, name(name)));
  }

  boolean flag(String name, boolean otherwise) {
    return value(name).map(value -> flag(value, name(name))).orElse(otherwise);
  }

  Optional<Integer> integer(String name, int least, int most) {
    return whole(name, least, most).map(Long::intValue);
  }

  Optional<Long> whole(String name, long least, long most) {
    return value(name).map(value -> whole(value, name(name), least, most));
  }

  Optional<Float> real(String name, double least, double most) {
    return value(name).map(value -> real(value, name(name), least, most));
  }

  Optional<Fields> object(String name) {
    return value(name).map(value -> object(value, name(name)));
  }

  Optional<List<JsonNode>> list(String name) {
    return value(name).map(value -> list(value, name(name)));
  }

  /// The items of a list of objects, each with its own path.
  List<Fields> objects(String name) {
    List<Fields> objects = new ArrayList<>();
    for (JsonNode item : list(name).orElse(List.of())) {
      objects.add(object(item, name(name) + "[" + objects.size() + "]"));
    }
    return objects;
  }

  static String text(JsonNode value, String name) {
    if (!value.isTextual()) {
      throw wrong(name, "a string", value);
    }
    return repaired(value.textValue());
  }

  static boolean flag(JsonNode value, String name) {
    if (!value.isBoolean()) {
      throw wrong(name, "true or false", value);
    }
    return value.booleanValue();
  }

  static long whole(JsonNode value, String name, long least, long most) {
    if (!value.isNumber()) {
      throw wrong(name, "an integer", value);
    }
    boolean fits = value.isIntegralNumber() ? value.canConvertToLong() : isWhole(value);
    if (!fits || value.longValue() < least || value.longValue() > most) {
      throw Refusal.of(
          name,
          "%s must be an integer from %d to %d, not %s".formatted(name, least, most, shown(value)));
    }
    return value.longValue();
  }

  private static boolean isWhole(JsonNode value) {
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) < 1L << 53;
  }

  static float real(JsonNode value, String name, double least, double most) {
    if (!value.isNumber()) {
      throw wrong(name, "a number", value);
    }
    double number = value.doubleValue();
    if (!(number >= least && number <= most)) {
      throw Refusal.of(
          name,
          "%s must be a number from %s to %s, not %s"
              .formatted(name, limit(least), limit(most), shown(value)));
    }
    return (float) number;
  }

  static Fields object(JsonNode value, String name) {
    if (!(value instanceof ObjectNode object)) {
      throw wrong(name, "an object", value);
    }
    return new Fields(object, name);
  }

  static List<JsonNode> list(JsonNode value, String name) {
    if (!value.isArray()) {
      throw wrong(name, "a list", value);
    }
    List<JsonNode> items = new ArrayList<>(value.size());
    value.forEach(items::add);
    return items;
  }

  static Refusal wrong(String name, String wanted, JsonNode value) {
    return Refusal.of(name, name + " must be " + wanted + ", not " + shown(value));
  }

  private static String shown(JsonNode value) {
    String text =
        value.isContainerNode()
            ? value.getNodeType().name().toLowerCase(Locale.ROOT)
            : value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }

  private static String limit(double limit) {
    return limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit);
  }

  /// Half of a surrogate pair has no UTF-8 form: it becomes U+FFFD.
  static String repaired(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          return text.codePoints()
              .map(point -> point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
        }
      }
    }
    return text;
  }

  /// The value in plain Java: maps, lists, strings, longs, doubles, booleans and nulls.
  static @Nullable Object plain(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        value.properties().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>(value.size());
        value.forEach(item -> list.add(plain(item)));
        yield list;
      }
      case STRING -> repaired(value.textValue());
      case BOOLEAN -> value.booleanValue();
      case NUMBER ->
          value.canConvertToLong() && value.isIntegralNumber()
              ? (Object) value.longValue()
              : (Object) value.doubleValue();
      case NULL, MISSING -> null;
      case BINARY, POJO -> throw new IllegalStateException("not from JSON: " + value.getNodeType());
    };
  }
}
