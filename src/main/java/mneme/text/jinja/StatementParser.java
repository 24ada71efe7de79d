package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mneme.text.jinja.Statement.Target;
import mneme.text.jinja.Token.Kind;

/// Reads a whole template.
final class StatementParser {
  private static final Set<String> UNSUPPORTED =
      Set.of("extends", "block", "include", "import", "from", "autoescape", "trans");

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Statement> parse(String source) {
    var parser = new StatementParser(new TokenStream(Lexer.tokens(source)));
    return parser.body();
  }

  /// Statements up to one of `ends`, whose name is left as the next token.
  private List<Statement> body(String... ends) {
    tokens.enter();
    int from = tokens.line();
    List<Statement> body = new ArrayList<>();
    while (!tokens.isNext(Kind.END)) {
      if (tokens.isNext(Kind.DATA)) {
        body.add(new Statement.Literal(tokens.next().text()));
      } else if (tokens.isNext(Kind.OUTPUT_BEGIN)) {
        body.add(output());
      } else {
        tokens.expect(Kind.TAG_BEGIN);
        if (tokens.isNext(Kind.NAME) && List.of(ends).contains(tokens.peek().text())) {
          tokens.leave();
          return body;
        }
        body.add(statement());
      }
    }
    if (ends.length > 0) {
      throw TemplateException.syntax(from, "no '" + ends[ends.length - 1] + "' follows");
    }
    tokens.leave();
    return body;
  }

  private Statement output() {
    int line = tokens.next().line();
    Expr value = expressions.tuple();
    tokens.expect(Kind.OUTPUT_END);
    return new Statement.Output(line, value);
  }

  private Statement statement() {
    int line = tokens.line();
    String name = tokens.expectName();
    return switch (name) {
      case "if" -> ifStatement(line);
      case "for" -> forStatement(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "call" -> call(line);
      case "filter" -> filter(line);
      case "with" -> with(line);
      case "generation" -> new Statement.With(line, List.of(), bodyTo("endgeneration"));
      case "do" -> closed(new Statement.Do(line, expressions.tuple()));
      case "break" -> closed(new Statement.Break());
      case "continue" -> closed(new Statement.Continue());
      default ->
          throw TemplateException.syntax(
              line,
              UNSUPPORTED.contains(name)
                  ? "the tag '" + name + "' needs further files, which a chat template has not"
                  : "unknown tag '" + name + "'");
    };
  }

  private Statement closed(Statement statement) {
    tokens.expect(Kind.TAG_END);
    return statement;
  }

  /// The rest of a tag, and the body that follows up to `end`.
  private List<Statement> bodyTo(String end) {
    tokens.expect(Kind.TAG_END);
    List<Statement> body = body(end);
    tokens.next();
    tokens.expect(Kind.TAG_END);
    return body;
  }

  private Statement ifStatement(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    do {
      Expr condition = expressions.tuple();
      tokens.expect(Kind.TAG_END);
      branches.add(new Statement.Branch(condition, body("elif", "else", "endif")));
    } while (tokens.skipName("elif"));
    List<Statement> otherwise = elseBody("endif");
    return new Statement.If(line, branches, otherwise);
  }

  /// At `else` or at `end`: reads both.
  private List<Statement> elseBody(String end) {
    if (tokens.skipName("else")) {
      return bodyTo(end);
    }
    tokens.expectName(end);
    tokens.expect(Kind.TAG_END);
    return List.of();
  }

  private Statement forStatement(int line) {
    Target target = target();
    tokens.expectName("in");
    Expr items = expressions.loopItems();
    Expr condition = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    tokens.expect(Kind.TAG_END);
    List<Statement> body = body("else", "endfor");
    return new Statement.For(line, target, items, condition, recursive, body, elseBody("endfor"));
  }

  private Target target() {
    Target first = singleTarget();
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && (tokens.isNext(Kind.NAME) || tokens.isOperator("("))) {
      targets.add(singleTarget());
    }
    return new Target.Unpack(targets);
  }

  private Target singleTarget() {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inside = target();
      tokens.leave();
      tokens.expectOperator(")");
      return inside;
    }
    String name = tokens.expectName();
    return tokens.skipOperator(".")
        ? new Target.Member(name, tokens.expectName())
        : new Target.Name(name);
  }

  private Statement set(int line) {
    Target target = target();
    if (tokens.skipOperator("=")) {
      return closed(new Statement.Set(line, target, expressions.tuple()));
    }
    Expr value = expressions.filters(new Expr.Captured());
    return new Statement.SetBlock(line, target, bodyTo("endset"), value);
  }

  private Statement macro(int line) {
    String name = tokens.expectName();
    List<Statement.Parameter> parameters = parameters();
    return new Statement.Macro(line, name, parameters, bodyTo("endmacro"));
  }

  private List<Statement.Parameter> parameters() {
    List<Statement.Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      String name = tokens.expectName();
      Expr otherwise = tokens.skipOperator("=") ? expressions.expression() : null;
      parameters.add(new Statement.Parameter(name, otherwise));
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return parameters;
  }

  private Statement call(int line) {
    List<Statement.Parameter> parameters = tokens.isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw TemplateException.syntax(line, "'call' wants a call");
    }
    var caller = new Statement.Macro(line, "caller", parameters, bodyTo("endcall"));
    return new Statement.CallBlock(line, caller, call);
  }

  private Statement filter(int line) {
    Expr value = expressions.filters(expressions.filter(new Expr.Captured()));
    return new Statement.FilterBlock(line, bodyTo("endfilter"), value);
  }

  private Statement with(int line) {
    List<Statement.Set> values = new ArrayList<>();
    while (!tokens.isNext(Kind.TAG_END)) {
      Target target = singleTarget();
      tokens.expectOperator("=");
      values.add(new Statement.Set(line, target, expressions.expression()));
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    return new Statement.With(line, values, bodyTo("endwith"));
  }
}
