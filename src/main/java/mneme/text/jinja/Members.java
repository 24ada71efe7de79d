package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Attributes, items and slices. As in Python an attribute is looked for among an object's methods
/// first, then among its items; an item the other way round.
final class Members {
  private final Evaluator evaluator;
  private final Meter meter;

  Members(Evaluator evaluator) {
    this.evaluator = evaluator;
    this.meter = evaluator.meter();
  }

  /// `owner.name`.
  @Nullable Object of(@Nullable Object owner, String name) {
    @Nullable Object value = Values.plain(owner);
    Callable method = method(value, name);
    return method != null ? method : data(value, name);
  }

  private @Nullable Callable method(@Nullable Object owner, String name) {
    return switch (owner) {
      case String text -> StringMethods.bind(text, name, evaluator);
      case Map<?, ?> map -> CollectionMethods.bind(map, name, evaluator);
      case List<?> list -> CollectionMethods.bind(list, name, evaluator);
      case null, default -> null;
    };
  }

  private @Nullable Object data(@Nullable Object owner, String name) {
    Map<?, ?> values =
        switch (owner) {
          case Map<?, ?> map -> map;
          case Namespace namespace -> namespace.values();
          case Loop loop -> loop.values();
          case Undefined u -> throw u.failure();
          case null, default -> Map.of();
        };
    Object value = values.get(name);
    return value == null && !values.containsKey(name) ? Undefined.attribute(owner, name) : value;
  }

  /// `owner[key]`.
  @Nullable Object item(@Nullable Object owner, @Nullable Object key) {
    @Nullable Object value = Values.plain(owner);
    @Nullable Object index = Values.plain(key);
    return switch (value) {
      case Undefined u -> throw u.failure();
      case Map<?, ?> map -> mapItem(map, index);
      case List<?> list when index instanceof Long at -> element(list, at);
      case String text when index instanceof Long at -> character(text, at);
      case null, default ->
          index instanceof String name
              ? of(value, name)
              : Undefined.attribute(value, String.valueOf(index));
    };
  }

  private @Nullable Object mapItem(Map<?, ?> map, @Nullable Object key) {
    if (key instanceof List<?> || key instanceof Map<?, ?>) {
      return Undefined.attribute(map, Values.typeName(key));
    }
    Object wanted = Values.key(key);
    Object value = map.get(wanted);
    if (value != null || map.containsKey(wanted)) {
      return value;
    }
    return wanted instanceof String name
        ? of(map, name)
        : Undefined.attribute(map, String.valueOf(wanted));
  }

  private static @Nullable Object element(List<?> list, long at) {
    long index = at < 0 ? at + list.size() : at;
    return index < 0 || index >= list.size()
        ? Undefined.attribute(list, at)
        : list.get((int) index);
  }

  private Object character(String text, long at) {
    meter.scan(text.length());
    int points = text.codePointCount(0, text.length());
    long index = at < 0 ? at + points : at;
    if (index < 0 || index >= points) {
      return Undefined.attribute(text, at);
    }
    int start = text.offsetByCodePoints(0, (int) index);
    return Character.toString(text.codePointAt(start));
  }

  /// `owner[from:to:step]`.
  @Nullable Object slice(@Nullable Object owner, Slice.Bounds bounds) {
    @Nullable Object value = Values.plain(owner);
    return switch (value) {
      case String text -> textSlice(text, bounds);
      case List<?> list -> {
        Slice slice = bounds.of(list.size());
        meter.elements(slice.count());
        List<@Nullable Object> items = new ArrayList<>(slice.count());
        for (int i = 0; i < slice.count(); i++) {
          items.add(list.get(slice.index(i)));
        }
        yield value instanceof Tuple ? new Tuple(items) : items;
      }
      case Undefined u -> throw u.failure();
      case null, default -> new Undefined("a " + Values.typeName(value) + " has no slices");
    };
  }

  private String textSlice(String text, Slice.Bounds bounds) {
    meter.scan(text.length());
    int points = text.codePointCount(0, text.length());
    Slice slice = bounds.of(points);
    meter.scratch(2L * slice.count());
    if (slice.step() == 1) {
      int start = text.offsetByCodePoints(0, slice.count() == 0 ? 0 : slice.start());
      return text.substring(start, text.offsetByCodePoints(start, slice.count()));
    }
    meter.elements(points);
    int[] all = text.codePoints().toArray();
    var picked = new StringBuilder();
    for (int i = 0; i < slice.count(); i++) {
      picked.appendCodePoint(all[slice.index(i)]);
    }
    return picked.toString();
  }
}
