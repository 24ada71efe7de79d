package mneme.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An expression of a template, as parsed.
sealed interface Expr {
  record Constant(@Nullable Object value) implements Expr {}

  record Name(String name) implements Expr {}

  record TupleOf(List<Expr> items) implements Expr {}

  record ListOf(List<Expr> items) implements Expr {}

  record MapOf(List<Entry> entries) implements Expr {}

  record Entry(Expr key, Expr value) {}

  /// `then if condition else otherwise`; without `otherwise` it is undefined.
  record Choice(Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  record Not(Expr of) implements Expr {}

  /// `first < second <= third`: each link is compared with its neighbour.
  record Comparison(Expr first, List<Link> links) implements Expr {}

  record Link(Relation relation, Expr right) {}

  enum Relation {
    EQUAL,
    UNEQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST,
    IN,
    NOT_IN
  }

  record Binary(Operator operator, Expr left, Expr right) implements Expr {}

  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    FLOOR_DIVIDE,
    REMAINDER,
    POWER
  }

  record Negate(Expr of) implements Expr {}

  /// `a ~ b ~ c`: each as text.
  record Join(List<Expr> parts) implements Expr {}

  record Attribute(Expr of, String name) implements Expr {}

  record Item(Expr of, Expr index) implements Expr {}

  record Slice(Expr of, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step)
      implements Expr {}

  record Call(Expr of, CallArguments arguments) implements Expr {}

  record Filter(Expr of, String name, CallArguments arguments) implements Expr {}

  record Test(Expr of, String name, CallArguments arguments) implements Expr {}

  /// The captured text that the filters of a `set` or `filter` block are applied to.
  record Captured() implements Expr {}

  /// @param spread a list whose items follow the positional ones, or null
  /// @param spreadNamed a mapping of further named ones, or null
  record CallArguments(
      List<Expr> positional,
      Map<String, Expr> named,
      @Nullable Expr spread,
      @Nullable Expr spreadNamed) {
    static final CallArguments NONE = new CallArguments(List.of(), Map.of(), null, null);
  }
}
