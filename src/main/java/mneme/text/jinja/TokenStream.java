package mneme.text.jinja;

import java.util.List;
import mneme.text.jinja.Token.Kind;

/// The tokens of a template, read from left to right.
final class TokenStream {
  private static final int MAX_NESTING = 100;

  private final List<Token> tokens;
  private int at;
  private int nesting;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekNext() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  int line() {
    return peek().line();
  }

  boolean isNext(Kind kind) {
    return peek().kind() == kind;
  }

  boolean isOperator(String operator) {
    return peek().isOperator(operator);
  }

  boolean isName(String name) {
    return peek().isName(name);
  }

  boolean skipOperator(String operator) {
    boolean there = isOperator(operator);
    if (there) {
      next();
    }
    return there;
  }

  boolean skipName(String name) {
    boolean there = isName(name);
    if (there) {
      next();
    }
    return there;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  String expectName() {
    if (!isNext(Kind.NAME)) {
      throw unexpected("a name");
    }
    return next().text();
  }

  void expect(Kind kind) {
    if (!isNext(kind)) {
      throw unexpected(new Token(kind, 0, "").described());
    }
    next();
  }

  TemplateException unexpected(String wanted) {
    return syntax("found " + peek().described() + ", wanted " + wanted);
  }

  TemplateException syntax(String message) {
    return TemplateException.syntax(line(), message);
  }

  /// Around whatever can contain itself.
  void enter() {
    if (++nesting > MAX_NESTING) {
      throw syntax("nested deeper than " + MAX_NESTING);
    }
  }

  void leave() {
    nesting--;
  }
}
