package mneme.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives expressions their values.
final class Evaluator {
  private final Meter meter;
  private final Printing printing;
  private final Comparing comparing;
  private final Arithmetic arithmetic;
  private final Members members;

  Evaluator(Meter meter) {
    this.meter = meter;
    this.printing = new Printing(meter);
    this.comparing = new Comparing(meter);
    this.arithmetic = new Arithmetic(meter);
    this.members = new Members(this);
  }

  Meter meter() {
    return meter;
  }

  Printing printing() {
    return printing;
  }

  Comparing comparing() {
    return comparing;
  }

  Arithmetic arithmetic() {
    return arithmetic;
  }

  Members members() {
    return members;
  }

  @Nullable Object value(Expr expr, Scope scope) {
    meter.step();
    meter.enter();
    Object value =
        switch (expr) {
          case Expr.Constant c -> c.value();
          case Expr.Name n -> scope.get(n.name());
          case Expr.Captured _ -> scope.get(CAPTURED);
          case Expr.And a -> either(a.left(), a.right(), true, scope);
          case Expr.Or o -> either(o.left(), o.right(), false, scope);
          case Expr.Not n -> !isTrue(n.of(), scope);
          case Expr.Choice c -> choice(c, scope);
          case Expr.Comparison c -> comparison(c, scope);
          case Expr.Binary b ->
              arithmetic.apply(b.operator(), value(b.left(), scope), value(b.right(), scope));
          case Expr.Negate n -> arithmetic.negate(value(n.of(), scope));
          case Expr.Join j -> join(j, scope);
          case Expr.Attribute a -> members.of(value(a.of(), scope), a.name());
          case Expr.Item i -> members.item(value(i.of(), scope), value(i.index(), scope));
          case Expr.Slice s -> slice(s, scope);
          case Expr.Call c -> call(c, scope);
          case Expr.Filter f -> filter(f, scope);
          case Expr.Test t -> test(t, scope);
          case Expr.TupleOf t -> new Tuple(values(t.items(), scope));
          case Expr.ListOf l -> values(l.items(), scope);
          case Expr.MapOf m -> map(m, scope);
        };
    meter.leave();
    return value;
  }

  /// The name under which a block's text waits for its filters; no template can write it.
  static final String CAPTURED = "(captured)";

  boolean isTrue(Expr expr, Scope scope) {
    return Values.isTrue(value(expr, scope));
  }

  /// The left value if it decides, else the right one.
  private @Nullable Object either(Expr left, Expr right, boolean goOnIfTrue, Scope scope) {
    Object first = value(left, scope);
    return Values.isTrue(first) == goOnIfTrue ? value(right, scope) : first;
  }

  private @Nullable Object choice(Expr.Choice choice, Scope scope) {
    if (isTrue(choice.condition(), scope)) {
      return value(choice.then(), scope);
    }
    Expr otherwise = choice.otherwise();
    return otherwise == null
        ? new Undefined("the inline 'if' was false and has no 'else'")
        : value(otherwise, scope);
  }

  private boolean comparison(Expr.Comparison comparison, Scope scope) {
    Object left = value(comparison.first(), scope);
    for (Expr.Link link : comparison.links()) {
      Object right = value(link.right(), scope);
      if (!comparing.holds(link.relation(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private String join(Expr.Join join, Scope scope) {
    Text text = Text.scratch(meter);
    for (Expr part : join.parts()) {
      text.add(printing.text(value(part, scope)));
    }
    return text.toString();
  }

  private @Nullable Object slice(Expr.Slice slice, Scope scope) {
    Object of = value(slice.of(), scope);
    return members.slice(
        of,
        new Slice.Bounds(
            bound(slice.from(), scope), bound(slice.to(), scope), bound(slice.step(), scope)));
  }

  private @Nullable Long bound(@Nullable Expr expr, Scope scope) {
    Object value = expr == null ? null : value(expr, scope);
    return value == null ? null : Values.requireInteger(value, "the bound of a slice");
  }

  private List<@Nullable Object> values(List<Expr> exprs, Scope scope) {
    meter.elements(exprs.size());
    List<@Nullable Object> values = new ArrayList<>(exprs.size());
    for (Expr expr : exprs) {
      values.add(value(expr, scope));
    }
    return values;
  }

  private Object map(Expr.MapOf map, Scope scope) {
    meter.elements(map.entries().size());
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    for (Expr.Entry entry : map.entries()) {
      values.put(Values.key(value(entry.key(), scope)), value(entry.value(), scope));
    }
    return values;
  }

  @Nullable Object call(Expr.Call call, Scope scope) {
    return call(call, arguments(call.arguments(), scope), scope);
  }

  @Nullable Object call(Expr.Call call, Arguments arguments, Scope scope) {
    return switch (value(call.of(), scope)) {
      case Callable callable -> callable.call(arguments);
      case Undefined u -> throw u.failure();
      case null -> throw TemplateException.failed("none cannot be called");
      case Object other ->
          throw TemplateException.failed("a " + Values.typeName(other) + " cannot be called");
    };
  }

  Arguments arguments(Expr.CallArguments given, Scope scope) {
    if (given == Expr.CallArguments.NONE) {
      return Arguments.NONE;
    }
    List<@Nullable Object> positional = values(given.positional(), scope);
    if (given.spread() != null) {
      List<@Nullable Object> more = Values.elements(value(given.spread(), scope), meter);
      meter.elements(more.size());
      positional.addAll(more);
    }
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    given.named().forEach((name, expr) -> named.put(name, value(expr, scope)));
    if (given.spreadNamed() != null) {
      Map<?, ?> more = Values.requireMap(value(given.spreadNamed(), scope), "what '**' spreads");
      more.forEach((key, value) -> named.put(printing.text(key), value));
    }
    return new Arguments(positional, named);
  }

  private @Nullable Object filter(Expr.Filter filter, Scope scope) {
    Object of = value(filter.of(), scope);
    return apply(filter.name(), of, arguments(filter.arguments(), scope));
  }

  /// The filter `name` on `value`.
  @Nullable Object apply(String name, @Nullable Object value, Arguments arguments) {
    Filter filter = Filters.ALL.get(name);
    if (filter == null) {
      throw TemplateException.failed("there is no filter '" + name + "'");
    }
    return filter.apply(Values.plain(value), arguments, this);
  }

  private boolean test(Expr.Test test, Scope scope) {
    Object of = value(test.of(), scope);
    return holds(test.name(), of, arguments(test.arguments(), scope));
  }

  /// The test `name` on `value`.
  boolean holds(String name, @Nullable Object value, Arguments arguments) {
    Tests.Test test = Tests.ALL.get(name);
    if (test == null) {
      throw TemplateException.failed("there is no test '" + name + "'");
    }
    return test.holds(Values.plain(value), arguments, this);
  }
}
