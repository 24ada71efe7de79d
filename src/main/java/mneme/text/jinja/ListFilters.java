package mneme.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Filters of things that have elements.
final class ListFilters {
  private ListFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("list", (value, _, e) -> copy(value, e));
    all.put("items", ListFilters::items);
    all.put("first", (value, _, e) -> end(value, e, true));
    all.put("last", (value, _, e) -> end(value, e, false));
    all.put("reverse", ListFilters::reverse);
    all.put("map", ListFilters::map);
    all.put("select", (value, a, e) -> picked(value, e, item -> selects(item, a, e)));
    all.put("reject", (value, a, e) -> picked(value, e, item -> !selects(item, a, e)));
    all.put("selectattr", (value, a, e) -> picked(value, e, item -> selectsBy(item, a, e)));
    all.put("rejectattr", (value, a, e) -> picked(value, e, item -> !selectsBy(item, a, e)));
    all.put("sort", ListFilters::sort);
    all.put("dictsort", ListFilters::sortedItems);
    all.put("unique", ListFilters::unique);
    all.put("groupby", ListFilters::groups);
    all.put("batch", ListFilters::batches);
    all.put("min", (value, a, e) -> extreme(value, a, e, -1));
    all.put("max", (value, a, e) -> extreme(value, a, e, 1));
    all.put("sum", ListFilters::sum);
  }

  private static List<@Nullable Object> copy(@Nullable Object value, Evaluator evaluator) {
    List<@Nullable Object> elements = Values.elements(value, evaluator.meter());
    evaluator.meter().elements(elements.size());
    return new ArrayList<>(elements);
  }

  /// As in Python's `map` and `select`, anything false has no elements, even none.
  private static List<@Nullable Object> elementsIfAny(@Nullable Object value, Evaluator evaluator) {
    return Values.isTrue(value) ? Values.elements(value, evaluator.meter()) : List.of();
  }

  private static Object items(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    return value instanceof Undefined
        ? List.of()
        : CollectionMethods.items(Values.requireMap(value, "what has items"), evaluator.meter());
  }

  private static @Nullable Object end(@Nullable Object value, Evaluator evaluator, boolean first) {
    List<@Nullable Object> elements = Values.elements(value, evaluator.meter());
    if (elements.isEmpty()) {
      return new Undefined("the sequence is empty");
    }
    return first ? elements.getFirst() : elements.getLast();
  }

  private static Object reverse(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof String text) {
      evaluator.meter().scratch(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    return copy(value, evaluator).reversed();
  }

  /// The attribute of `item` that `path` names: dotted names and numbers.
  static @Nullable Object path(@Nullable Object item, @Nullable Object path, Evaluator evaluator) {
    return path(item, path, null, evaluator);
  }

  /// @param otherwise what stands for a part that is undefined, unless it is null
  private static @Nullable Object path(
      @Nullable Object item,
      @Nullable Object path,
      @Nullable Object otherwise,
      Evaluator evaluator) {
    if (!(Values.plain(path) instanceof String names)) {
      return evaluator.members().item(item, path);
    }
    Object value = item;
    for (String name : names.split("\\.", -1)) {
      value = value instanceof Undefined && otherwise != null ? otherwise : value;
      boolean number =
          !name.isEmpty() && name.length() < 9 && name.chars().allMatch(Character::isDigit);
      value = evaluator.members().item(value, number ? (Object) Long.valueOf(name) : name);
    }
    return value;
  }

  private static Object map(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    List<@Nullable Object> mapped = new ArrayList<>();
    Object attribute = arguments.named().get("attribute");
    Object otherwise = arguments.named().get("default");
    for (Object item : elementsIfAny(value, evaluator)) {
      evaluator.meter().elements(1);
      if (attribute == null) {
        mapped.add(evaluator.apply(arguments.text(0, "filter"), item, arguments.after(1)));
      } else {
        Object found = path(item, attribute, otherwise, evaluator);
        mapped.add(found instanceof Undefined && otherwise != null ? otherwise : found);
      }
    }
    return mapped;
  }

  private static Object picked(
      @Nullable Object value, Evaluator evaluator, Predicate<@Nullable Object> wanted) {
    List<@Nullable Object> picked = new ArrayList<>();
    for (Object item : elementsIfAny(value, evaluator)) {
      evaluator.meter().elements(1);
      if (wanted.test(item)) {
        picked.add(item);
      }
    }
    return picked;
  }

  private static boolean selects(@Nullable Object item, Arguments arguments, Evaluator evaluator) {
    return arguments.positional().isEmpty()
        ? Values.isTrue(item)
        : evaluator.holds(arguments.text(0, "test"), item, arguments.after(1));
  }

  private static boolean selectsBy(
      @Nullable Object item, Arguments arguments, Evaluator evaluator) {
    Object attribute = path(item, arguments.required(0, "attribute"), evaluator);
    return selects(attribute, arguments.after(1), evaluator);
  }

  private static @Nullable Object sortKey(
      @Nullable Object item, @Nullable Object attribute, boolean exact, Evaluator evaluator) {
    Object key = attribute == null ? item : path(item, attribute, evaluator);
    return !exact && Values.plain(key) instanceof String text ? text.toLowerCase(Locale.ROOT) : key;
  }

  private static Object sort(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    boolean exact = arguments.flag(1, "case_sensitive");
    Object attribute = arguments.at(2, "attribute", null);
    Comparator<@Nullable Object> order =
        (left, right) ->
            evaluator
                .comparing()
                .order(
                    sortKey(left, attribute, exact, evaluator),
                    sortKey(right, attribute, exact, evaluator));
    List<@Nullable Object> sorted = copy(value, evaluator);
    sorted.sort(arguments.flag(0, "reverse") ? order.reversed() : order);
    return sorted;
  }

  private static Object sortedItems(
      @Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Map<?, ?> map = Values.requireMap(value, "what is sorted");
    boolean exact = arguments.flag(0, "case_sensitive");
    Long column = arguments.text(1, "by", "key").equals("value") ? 1L : 0L;
    Comparator<@Nullable Object> order =
        (left, right) ->
            evaluator
                .comparing()
                .order(
                    sortKey(left, column, exact, evaluator),
                    sortKey(right, column, exact, evaluator));
    List<@Nullable Object> sorted = CollectionMethods.items(map, evaluator.meter());
    sorted.sort(arguments.flag(2, "reverse") ? order.reversed() : order);
    return sorted;
  }

  private static Object unique(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    boolean exact = arguments.flag(0, "case_sensitive");
    Object attribute = arguments.at(1, "attribute", null);
    Set<@Nullable Object> seen = new HashSet<>();
    return picked(
        value, evaluator, item -> seen.add(Values.key(sortKey(item, attribute, exact, evaluator))));
  }

  private static Object groups(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object attribute = arguments.required(0, "attribute");
    var byAttribute =
        new Arguments(List.of(), Map.of("attribute", attribute == null ? "" : attribute));
    Map<@Nullable Object, List<@Nullable Object>> groups = new LinkedHashMap<>();
    for (Object item : (List<?>) sort(value, byAttribute, evaluator)) {
      Object key = Values.key(path(item, attribute, evaluator));
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(item);
    }
    return CollectionMethods.items(groups, evaluator.meter());
  }

  private static Object batches(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    int size = (int) Math.clamp(arguments.integer(0, "linecount", 1), 1, Integer.MAX_VALUE);
    List<@Nullable Object> all = copy(value, evaluator);
    List<@Nullable Object> batches = new ArrayList<>();
    for (int from = 0; from < all.size(); from += size) {
      batches.add(all.subList(from, (int) Math.min((long) from + size, all.size())));
    }
    return batches;
  }

  private static @Nullable Object extreme(
      @Nullable Object value, Arguments arguments, Evaluator evaluator, int sign) {
    boolean exact = arguments.flag(0, "case_sensitive");
    Object attribute = arguments.at(1, "attribute", null);
    List<@Nullable Object> elements = Values.elements(value, evaluator.meter());
    if (elements.isEmpty()) {
      return new Undefined("the sequence is empty");
    }
    Object best = elements.getFirst();
    for (Object item : elements) {
      int order =
          evaluator
              .comparing()
              .order(
                  sortKey(item, attribute, exact, evaluator),
                  sortKey(best, attribute, exact, evaluator));
      best = order * sign > 0 ? item : best;
    }
    return best;
  }

  private static @Nullable Object sum(
      @Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object attribute = arguments.at(0, "attribute", null);
    Object total = arguments.at(1, "start", 0L);
    for (Object item : Values.elements(value, evaluator.meter())) {
      Object part = attribute == null ? item : path(item, attribute, evaluator);
      total = evaluator.arithmetic().apply(Expr.Operator.ADD, total, part);
    }
    return total;
  }
}
