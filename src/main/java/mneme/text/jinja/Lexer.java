package mneme.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mneme.text.jinja.Token.Kind;

/// Cuts a template into tokens and drops the white space that its tags take away: `-` takes all of
/// that side, a tag alone on its line takes the line (`trim_blocks`, `lstrip_blocks`), `+` keeps
/// it.
final class Lexer {
  private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\n?)");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String source) {
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    var lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    for (int open = nextOpen(at); open >= 0; open = nextOpen(at)) {
      data(open, sign(open), source.charAt(open + 1) == '{');
      switch (source.charAt(open + 1)) {
        case '#' -> comment(open);
        case '{' -> tag(open, Kind.OUTPUT_BEGIN);
        default -> rawOrTag(open);
      }
    }
    add(Kind.DATA, source.substring(at), at);
    add(Kind.END, "", source.length());
  }

  private int nextOpen(int from) {
    int open = source.indexOf('{', from);
    while (open >= 0 && open + 1 < source.length()) {
      if ("%{#".indexOf(source.charAt(open + 1)) >= 0) {
        return open;
      }
      open = source.indexOf('{', open + 1);
    }
    return -1;
  }

  private char sign(int open) {
    char c = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
    return c == '-' || c == '+' ? c : ' ';
  }

  /// Text from `at` to a tag that opens at `open`.
  private void data(int open, char sign, boolean output) {
    int end = open;
    if (sign == '-') {
      while (end > at && Values.isSpace(source.charAt(end - 1))) {
        end--;
      }
    } else if (sign != '+' && !output) {
      end = withoutIndent(open);
    }
    add(Kind.DATA, source.substring(at, end), at);
  }

  private int withoutIndent(int open) {
    int start = open;
    while (start > at && isIndent(source.charAt(start - 1))) {
      start--;
    }
    return start == 0 || source.charAt(start - 1) == '\n' ? start : open;
  }

  private static boolean isIndent(char c) {
    return c != '\n' && Values.isSpace(c);
  }

  private void comment(int open) {
    int body = open + (sign(open) == ' ' ? 2 : 3);
    int close = source.indexOf("#}", body);
    if (close < 0) {
      throw TemplateException.syntax(lineAt(open), "a comment is not closed with '#}'");
    }
    char sign = close > body ? source.charAt(close - 1) : ' ';
    at = afterClose(close + 2, sign);
  }

  /// Where the text goes on after a tag or comment that ends before `end`.
  private int afterClose(int end, char sign) {
    int next = end;
    if (sign == '-') {
      while (next < source.length() && Values.isSpace(source.charAt(next))) {
        next++;
      }
    } else if (sign != '+' && next < source.length() && source.charAt(next) == '\n') {
      next++;
    }
    return next;
  }

  private void rawOrTag(int open) {
    Matcher raw = RAW.matcher(source).region(open, source.length());
    if (!raw.lookingAt()) {
      tag(open, Kind.TAG_BEGIN);
      return;
    }
    at = raw.end();
    Matcher end = END_RAW.matcher(source).region(at, source.length());
    if (!end.find()) {
      throw TemplateException.syntax(lineAt(open), "'raw' is not closed with 'endraw'");
    }
    data(end.start(), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), false);
    at = end.end();
  }

  private void tag(int open, Kind begin) {
    boolean output = begin == Kind.OUTPUT_BEGIN;
    add(begin, output ? "{{" : "{%", open);
    var inside = new TagLexer(source, output ? "}}" : "%}", this::lineAt, tokens);
    int close = inside.run(open + (sign(open) == ' ' ? 2 : 3));
    add(output ? Kind.OUTPUT_END : Kind.TAG_END, output ? "}}" : "%}", close);
    char sign = inside.closeSign();
    if (output) {
      at = sign == '-' ? afterClose(close, sign) : close;
    } else {
      at = afterClose(close, sign);
    }
  }

  private void add(Kind kind, String text, int position) {
    if (kind != Kind.DATA || !text.isEmpty()) {
      tokens.add(new Token(kind, lineAt(position), text));
    }
  }

  /// Positions come in rising order, so counting lines stays linear.
  private int lineAt(int position) {
    for (; counted < position; counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }
}
