package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mneme.text.jinja.Expr.Operator;
import mneme.text.jinja.Expr.Relation;
import mneme.text.jinja.Token.Kind;

/// Reads expressions, with Jinja's precedence: choice, `or`, `and`, `not`, comparisons, `+ -`, `~`,
/// `* / // %`, `**`, signs, filters and tests, then attributes, items and calls.
final class ExpressionParser {
  private static final Map<String, Relation> RELATIONS =
      Map.of(
          "==", Relation.EQUAL,
          "!=", Relation.UNEQUAL,
          "<", Relation.LESS,
          "<=", Relation.AT_MOST,
          ">", Relation.GREATER,
          ">=", Relation.AT_LEAST);
  private static final Map<String, Operator> SUMS =
      Map.of("+", Operator.ADD, "-", Operator.SUBTRACT);
  private static final Map<String, Operator> PRODUCTS =
      Map.of(
          "*", Operator.MULTIPLY,
          "/", Operator.DIVIDE,
          "//", Operator.FLOOR_DIVIDE,
          "%", Operator.REMAINDER);
  private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and", "is", "if", "not");

  private final TokenStream tokens;
  private final PrimaryParser primaries;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.primaries = new PrimaryParser(tokens, this);
  }

  Expr expression() {
    tokens.enter();
    Expr value = or();
    while (tokens.skipName("if")) {
      Expr condition = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expr.Choice(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /// One expression, or a tuple if a comma follows.
  Expr tuple() {
    Expr first = expression();
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !endsTuple()) {
      items.add(expression());
    }
    return new Expr.TupleOf(items);
  }

  private boolean endsTuple() {
    return tokens.isOperator(")")
        || tokens.isNext(Kind.TAG_END)
        || tokens.isNext(Kind.OUTPUT_END)
        || tokens.isName("recursive");
  }

  /// What a loop runs over: a tuple of expressions without `if`, which belongs to the loop.
  Expr loopItems() {
    Expr first = or();
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !endsTuple()) {
      items.add(or());
    }
    return new Expr.TupleOf(items);
  }

  private Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      left = new Expr.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      left = new Expr.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expr negated = new Expr.Not(not());
    tokens.leave();
    return negated;
  }

  private Expr comparison() {
    Expr first = sum();
    List<Expr.Link> links = new ArrayList<>();
    while (true) {
      Relation relation = tokens.isNext(Kind.OPERATOR) ? RELATIONS.get(tokens.peek().text()) : null;
      if (relation != null) {
        tokens.next();
      } else if (tokens.skipName("in")) {
        relation = Relation.IN;
      } else if (tokens.isName("not") && tokens.peekNext().isName("in")) {
        tokens.next();
        tokens.next();
        relation = Relation.NOT_IN;
      } else {
        return links.isEmpty() ? first : new Expr.Comparison(first, links);
      }
      links.add(new Expr.Link(relation, sum()));
    }
  }

  private Expr sum() {
    Expr left = joined();
    for (Operator o = operator(SUMS); o != null; o = operator(SUMS)) {
      left = new Expr.Binary(o, left, joined());
    }
    return left;
  }

  private Expr joined() {
    Expr first = product();
    if (!tokens.isOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expr.Join(parts);
  }

  private Expr product() {
    Expr left = power();
    for (Operator o = operator(PRODUCTS); o != null; o = operator(PRODUCTS)) {
      left = new Expr.Binary(o, left, power());
    }
    return left;
  }

  private Expr power() {
    Expr left = signed(true);
    while (tokens.skipOperator("**")) {
      left = new Expr.Binary(Operator.POWER, left, signed(true));
    }
    return left;
  }

  private @org.jspecify.annotations.Nullable Operator operator(Map<String, Operator> among) {
    Operator found = tokens.isNext(Kind.OPERATOR) ? among.get(tokens.peek().text()) : null;
    if (found != null) {
      tokens.next();
    }
    return found;
  }

  private Expr signed(boolean withFilters) {
    Expr value;
    tokens.enter();
    if (tokens.skipOperator("-")) {
      value = new Expr.Negate(signed(false));
    } else if (tokens.skipOperator("+")) {
      value = signed(false);
    } else {
      value = primaries.primary();
    }
    tokens.leave();
    value = primaries.postfix(value);
    return withFilters ? filtered(value) : value;
  }

  private Expr filtered(Expr of) {
    Expr value = of;
    while (true) {
      if (tokens.isOperator("|")) {
        value = filters(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = primaries.postfix(value);
      } else {
        return value;
      }
    }
  }

  /// One or more `| name(arguments)` applied to `of`.
  Expr filters(Expr of) {
    Expr value = of;
    while (tokens.skipOperator("|")) {
      value = filter(value);
    }
    return value;
  }

  /// `name(arguments)` applied to `of`; the bar was read.
  Expr filter(Expr of) {
    String name = dottedName();
    return new Expr.Filter(of, name, optionalArguments());
  }

  private Expr test(Expr of) {
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Expr.CallArguments arguments;
    if (takesBareArgument()) {
      Expr bare = primaries.postfix(primaries.primary());
      arguments = new Expr.CallArguments(List.of(bare), Map.of(), null, null);
    } else {
      arguments = optionalArguments();
    }
    Expr test = new Expr.Test(of, name, arguments);
    return negated ? new Expr.Not(test) : test;
  }

  private boolean takesBareArgument() {
    return switch (tokens.peek().kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> !NO_ARGUMENT.contains(tokens.peek().text());
      case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
      case DATA, OUTPUT_BEGIN, OUTPUT_END, TAG_BEGIN, TAG_END, END -> false;
    };
  }

  private String dottedName() {
    String name = tokens.expectName();
    while (tokens.skipOperator(".")) {
      name += "." + tokens.expectName();
    }
    return name;
  }

  private Expr.CallArguments optionalArguments() {
    return tokens.isOperator("(") ? primaries.arguments() : Expr.CallArguments.NONE;
  }
}
