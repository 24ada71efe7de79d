package mneme.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mneme.text.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/// Reads what binds tightest: constants, names, brackets, and the attributes, items and calls after
/// them.
final class PrimaryParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  PrimaryParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  Expr primary() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NAME -> name(tokens.next().text());
      case STRING -> new Expr.Constant(strings());
      case INTEGER, FLOAT -> new Expr.Constant(tokens.next().number());
      case OPERATOR -> bracket();
      case DATA, OUTPUT_BEGIN, OUTPUT_END, TAG_BEGIN, TAG_END, END ->
          throw tokens.unexpected("an expression");
    };
  }

  private static Expr name(String name) {
    return switch (name) {
      case "true", "True" -> new Expr.Constant(true);
      case "false", "False" -> new Expr.Constant(false);
      case "none", "None" -> new Expr.Constant(null);
      default -> new Expr.Name(name);
    };
  }

  /// Strings side by side are one.
  private String strings() {
    var joined = new StringBuilder();
    while (tokens.isNext(Kind.STRING)) {
      joined.append(tokens.next().text());
    }
    return joined.toString();
  }

  private Expr bracket() {
    if (tokens.skipOperator("(")) {
      if (tokens.skipOperator(")")) {
        return new Expr.TupleOf(List.of());
      }
      Expr inside = expressions.tuple();
      tokens.expectOperator(")");
      return inside;
    }
    if (tokens.skipOperator("[")) {
      return list();
    }
    if (tokens.skipOperator("{")) {
      return map();
    }
    throw tokens.unexpected("an expression");
  }

  private Expr list() {
    List<Expr> items = new ArrayList<>();
    while (!tokens.skipOperator("]")) {
      items.add(expressions.expression());
      if (!tokens.isOperator("]")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.ListOf(items);
  }

  private Expr map() {
    List<Expr.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      Expr key = expressions.expression();
      tokens.expectOperator(":");
      entries.add(new Expr.Entry(key, expressions.expression()));
      if (!tokens.isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.MapOf(entries);
  }

  /// Attributes, items and calls that follow `of`.
  Expr postfix(Expr of) {
    Expr value = of;
    while (true) {
      if (tokens.skipOperator(".")) {
        value = member(value);
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        value = new Expr.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr member(Expr of) {
    if (tokens.isNext(Kind.INTEGER)) {
      return new Expr.Item(of, new Expr.Constant(tokens.next().number()));
    }
    return new Expr.Attribute(of, tokens.expectName());
  }

  private Expr subscript(Expr of) {
    Expr from = tokens.isOperator(":") ? null : expressions.expression();
    if (from != null && tokens.skipOperator("]")) {
      return new Expr.Item(of, from);
    }
    if (from != null && tokens.isOperator(",")) {
      return tupleIndex(of, from);
    }
    tokens.expectOperator(":");
    Expr to = slicePart();
    Expr step = tokens.skipOperator(":") ? slicePart() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(of, from, to, step);
  }

  private Expr tupleIndex(Expr of, Expr first) {
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !tokens.isOperator("]")) {
      items.add(expressions.expression());
    }
    tokens.expectOperator("]");
    return new Expr.Item(of, new Expr.TupleOf(items));
  }

  private @Nullable Expr slicePart() {
    return tokens.isOperator(":") || tokens.isOperator("]") ? null : expressions.expression();
  }

  Expr.CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    Expr spread = null;
    Expr spreadNamed = null;
    while (!tokens.skipOperator(")")) {
      if (tokens.skipOperator("**")) {
        spreadNamed = expressions.expression();
      } else if (tokens.skipOperator("*")) {
        spread = expressions.expression();
      } else if (tokens.isNext(Kind.NAME) && tokens.peekNext().isOperator("=")) {
        String name = tokens.expectName();
        tokens.next();
        named.put(name, expressions.expression());
      } else if (named.isEmpty() && spreadNamed == null) {
        positional.add(expressions.expression());
      } else {
        throw tokens.syntax("an argument without a name follows one with a name");
      }
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.CallArguments(positional, named, spread, spreadNamed);
  }
}
