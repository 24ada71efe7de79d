package mneme.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a call was given: by position, and by name.
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(@Nullable Object... positional) {
    return new Arguments(java.util.Arrays.asList(positional), Map.of());
  }

  boolean has(int index, String name) {
    return index < positional.size() || named.containsKey(name);
  }

  @Nullable Object at(int index, String name, @Nullable Object otherwise) {
    if (index < positional.size()) {
      return positional.get(index);
    }
    return named.getOrDefault(name, otherwise);
  }

  @Nullable Object required(int index, String name) {
    if (!has(index, name)) {
      throw TemplateException.failed("a call lacks its argument '" + name + "'");
    }
    return at(index, name, null);
  }

  String text(int index, String name) {
    return Values.requireText(required(index, name), "argument '" + name + "'");
  }

  String text(int index, String name, String otherwise) {
    return has(index, name) ? text(index, name) : otherwise;
  }

  /// An integer, or `otherwise` if it was not given or is none.
  long integer(int index, String name, long otherwise) {
    Object value = at(index, name, null);
    return value == null ? otherwise : Values.requireInteger(value, "argument '" + name + "'");
  }

  boolean flag(int index, String name) {
    return Values.isTrue(at(index, name, false));
  }

  /// All but the first `count` by position.
  Arguments after(int count) {
    int from = Math.min(count, positional.size());
    return new Arguments(positional.subList(from, positional.size()), named);
  }
}
