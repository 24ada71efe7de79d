package mneme.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The methods of mappings and lists. Those that would change them are refused, as Python's
/// immutable sandbox refuses them.
final class CollectionMethods {
  private static final Set<String> MAP_CHANGERS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGERS =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private CollectionMethods() {}

  static @Nullable Callable bind(Map<?, ?> map, String name, Evaluator evaluator) {
    Meter meter = evaluator.meter();
    if (MAP_CHANGERS.contains(name)) {
      return _ -> refused(name, "dict");
    }
    return switch (name) {
      case "get" -> arguments -> get(map, arguments);
      case "items" -> _ -> items(map, meter);
      case "keys" -> _ -> Values.elements(map, meter);
      case "values" ->
          _ -> {
            meter.elements(map.size());
            return new ArrayList<>(map.values());
          };
      case "copy" ->
          _ -> {
            meter.elements(map.size());
            return new LinkedHashMap<>(map);
          };
      default -> null;
    };
  }

  private static Object refused(String name, String type) {
    throw TemplateException.failed(
        "'" + name + "' would change a " + type + ", which is not allowed");
  }

  private static @Nullable Object get(Map<?, ?> map, Arguments arguments) {
    Object key = Values.key(arguments.required(0, "key"));
    return map.containsKey(key) ? map.get(key) : arguments.at(1, "default", null);
  }

  static List<@Nullable Object> items(Map<?, ?> map, Meter meter) {
    meter.elements(2L * map.size());
    List<@Nullable Object> items = new ArrayList<>(map.size());
    map.forEach((key, value) -> items.add(Tuple.pair(key, value)));
    return items;
  }

  static @Nullable Callable bind(List<?> list, String name, Evaluator evaluator) {
    if (LIST_CHANGERS.contains(name) && !(list instanceof Tuple)) {
      return _ -> refused(name, "list");
    }
    return switch (name) {
      case "index" -> arguments -> index(list, arguments.required(0, "value"), evaluator);
      case "count" -> arguments -> count(list, arguments.required(0, "value"), evaluator);
      case "copy" ->
          _ -> {
            evaluator.meter().elements(list.size());
            return new ArrayList<>(list);
          };
      default -> null;
    };
  }

  private static Object index(List<?> list, @Nullable Object wanted, Evaluator evaluator) {
    for (int i = 0; i < list.size(); i++) {
      if (evaluator.comparing().equal(list.get(i), wanted)) {
        return (long) i;
      }
    }
    throw TemplateException.failed("the list does not contain what is looked for");
  }

  private static Object count(List<?> list, @Nullable Object wanted, Evaluator evaluator) {
    return list.stream().filter(item -> evaluator.comparing().equal(item, wanted)).count();
  }
}
