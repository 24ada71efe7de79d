package mneme.text.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mneme.text.jinja.Token.Kind;

/// Cuts the inside of one tag into tokens.
final class TagLexer {
  private static final Pattern FLOAT =
      Pattern.compile("\\d[\\d_]*+((\\.\\d[\\d_]*+)?[eE][+-]?\\d[\\d_]*+|\\.\\d[\\d_]*+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[xX][0-9a-fA-F_]++|0[bB][01_]++|0[oO][0-7_]++|\\d[\\d_]*+");
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final String close;
  private final IntUnaryOperator lineAt;
  private final List<Token> tokens;
  private final Deque<Character> open = new ArrayDeque<>();
  private char closeSign = ' ';
  private int at;

  TagLexer(String source, String close, IntUnaryOperator lineAt, List<Token> tokens) {
    this.source = source;
    this.close = close;
    this.lineAt = lineAt;
    this.tokens = tokens;
  }

  /// `-` or `+` if the tag was closed with one, else a space.
  char closeSign() {
    return closeSign;
  }

  /// Reads from `start`; the result is the position after the closing braces.
  int run(int start) {
    at = start;
    while (true) {
      while (at < source.length() && Values.isSpace(source.charAt(at))) {
        at++;
      }
      if (at >= source.length()) {
        throw syntax("the tag is not closed with '" + close + "'");
      }
      if (open.isEmpty() && closes()) {
        return at;
      }
      token();
    }
  }

  private boolean closes() {
    char c = source.charAt(at);
    boolean signed = c == '-' || (c == '+' && close.equals("%}"));
    if (source.startsWith(close, signed ? at + 1 : at)) {
      closeSign = signed ? c : ' ';
      at += signed ? 3 : 2;
      return true;
    }
    return false;
  }

  private void token() {
    char c = source.charAt(at);
    if (c == '\'' || c == '"') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (isNamePart(c)) {
      int end = at;
      while (end < source.length() && isNamePart(source.charAt(end))) {
        end++;
      }
      add(Kind.NAME, end);
    } else {
      operator();
    }
  }

  private static boolean isNamePart(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw syntax("a string is not closed with " + quote);
    }
    String text;
    try {
      text = Escapes.decode(source.substring(at + 1, end));
    } catch (IllegalArgumentException e) {
      throw syntax(String.valueOf(e.getMessage()));
    }
    tokens.add(new Token(Kind.STRING, lineAt.applyAsInt(at), text));
    at = end + 1;
  }

  private void number() {
    Matcher real = FLOAT.matcher(source).region(at, source.length());
    if (real.lookingAt()) {
      Double value = Double.valueOf(real.group().replace("_", ""));
      tokens.add(new Token(Kind.FLOAT, lineAt.applyAsInt(at), real.group(), value));
      at = real.end();
      return;
    }
    Matcher whole = INTEGER.matcher(source).region(at, source.length());
    if (!whole.lookingAt()) {
      throw syntax("'" + source.charAt(at) + "' starts no number");
    }
    Long value = integer(whole.group().replace("_", ""));
    tokens.add(new Token(Kind.INTEGER, lineAt.applyAsInt(at), whole.group(), value));
    at = whole.end();
  }

  private Long integer(String digits) {
    try {
      if (digits.length() > 2 && digits.charAt(0) == '0' && digits.charAt(1) > '9') {
        int radix =
            switch (Character.toLowerCase(digits.charAt(1))) {
              case 'x' -> 16;
              case 'o' -> 8;
              default -> 2;
            };
        return Long.valueOf(digits.substring(2), radix);
      }
      return Long.valueOf(digits);
    } catch (NumberFormatException _) {
      throw syntax("the number " + digits + " does not fit 64 bits");
    }
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        balance(operator);
        add(Kind.OPERATOR, at + operator.length());
        return;
      }
    }
    throw syntax("unexpected character '" + source.charAt(at) + "'");
  }

  private void balance(String operator) {
    switch (operator) {
      case "(" -> open.push(')');
      case "[" -> open.push(']');
      case "{" -> open.push('}');
      case ")", "]", "}" -> {
        if (open.isEmpty()) {
          throw syntax("unexpected '" + operator + "'");
        }
        char wanted = open.pop();
        if (operator.charAt(0) != wanted) {
          throw syntax("unexpected '" + operator + "', wanted '" + wanted + "'");
        }
      }
      default -> {}
    }
  }

  private void add(Kind kind, int end) {
    tokens.add(new Token(kind, lineAt.applyAsInt(at), source.substring(at, end)));
    at = end;
  }

  private TemplateException syntax(String message) {
    return TemplateException.syntax(lineAt.applyAsInt(Math.min(at, source.length())), message);
  }
}
