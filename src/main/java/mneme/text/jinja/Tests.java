package mneme.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import mneme.text.jinja.Expr.Relation;
import org.jspecify.annotations.Nullable;

/// Every test by name: what stands after `is`.
final class Tests {
  @FunctionalInterface
  interface Test {
    boolean holds(@Nullable Object value, Arguments arguments, Evaluator evaluator);
  }

  static final Map<String, Test> ALL =
      Map.ofEntries(
          Map.entry("defined", (value, _, _) -> !(value instanceof Undefined)),
          Map.entry("undefined", (value, _, _) -> value instanceof Undefined),
          Map.entry("none", (value, _, _) -> value == null),
          Map.entry("boolean", (value, _, _) -> value instanceof Boolean),
          Map.entry("true", (value, _, _) -> Boolean.TRUE.equals(value)),
          Map.entry("false", (value, _, _) -> Boolean.FALSE.equals(value)),
          Map.entry("integer", (value, _, _) -> value instanceof Long),
          Map.entry("float", (value, _, _) -> value instanceof Double),
          Map.entry("number", (value, _, _) -> Comparing.isNumber(value)),
          Map.entry("string", (value, _, _) -> value instanceof String),
          Map.entry("mapping", (value, _, _) -> value instanceof Map),
          Map.entry("sequence", (value, _, _) -> isSequence(value)),
          Map.entry("iterable", (value, _, _) -> isSequence(value)),
          Map.entry("callable", (value, _, _) -> value instanceof Callable),
          Map.entry("odd", (value, _, _) -> remainder(value, 2) == 1),
          Map.entry("even", (value, _, _) -> remainder(value, 2) == 0),
          Map.entry(
              "divisibleby",
              (value, arguments, _) ->
                  remainder(value, Values.requireInteger(arguments.required(0, "num"), "num"))
                      == 0),
          Map.entry("lower", (value, _, e) -> isCase(value, e, false)),
          Map.entry("upper", (value, _, e) -> isCase(value, e, true)),
          Map.entry("filter", (value, _, _) -> Filters.ALL.containsKey(value)),
          Map.entry("test", (value, _, _) -> isTest(value)),
          Map.entry("sameas", Tests::isSame),
          Map.entry("in", relation(Relation.IN)),
          Map.entry("eq", relation(Relation.EQUAL)),
          Map.entry("equalto", relation(Relation.EQUAL)),
          Map.entry("==", relation(Relation.EQUAL)),
          Map.entry("ne", relation(Relation.UNEQUAL)),
          Map.entry("!=", relation(Relation.UNEQUAL)),
          Map.entry("gt", relation(Relation.GREATER)),
          Map.entry("greaterthan", relation(Relation.GREATER)),
          Map.entry(">", relation(Relation.GREATER)),
          Map.entry("ge", relation(Relation.AT_LEAST)),
          Map.entry(">=", relation(Relation.AT_LEAST)),
          Map.entry("lt", relation(Relation.LESS)),
          Map.entry("lessthan", relation(Relation.LESS)),
          Map.entry("<", relation(Relation.LESS)),
          Map.entry("le", relation(Relation.AT_MOST)),
          Map.entry("<=", relation(Relation.AT_MOST)));

  private Tests() {}

  private static Test relation(Relation relation) {
    return (value, arguments, evaluator) ->
        evaluator.comparing().holds(relation, value, arguments.required(0, "other"));
  }

  private static boolean isTest(@Nullable Object value) {
    return value instanceof String name && ALL.containsKey(name);
  }

  private static boolean isSequence(@Nullable Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof Undefined;
  }

  private static long remainder(@Nullable Object value, long divisor) {
    if (divisor == 0) {
      throw TemplateException.failed("division by 0");
    }
    return Math.floorMod(Values.requireInteger(value, "what is tested"), divisor);
  }

  private static boolean isCase(@Nullable Object value, Evaluator evaluator, boolean upper) {
    String text = evaluator.printing().text(value);
    evaluator.meter().scratch(text.length());
    boolean hasLetters =
        text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    String cased = upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
    return hasLetters && text.equals(cased);
  }

  private static boolean isSame(@Nullable Object value, Arguments arguments, Evaluator evaluator) {
    Object other = Values.plain(arguments.required(0, "other"));
    boolean scalars = value instanceof Boolean || value instanceof Long || value instanceof String;
    return value == other || (scalars && Objects.equals(value, other));
  }
}
