package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// A piece of a template.
///
/// @param text as written; of a STRING what it stands for
/// @param number of an INTEGER a Long, of a FLOAT a Double
record Token(Kind kind, int line, String text, @Nullable Object number) {
  enum Kind {
    DATA,
    OUTPUT_BEGIN,
    OUTPUT_END,
    TAG_BEGIN,
    TAG_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  Token(Kind kind, int line, String text) {
    this(kind, line, text, null);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  String described() {
    return switch (kind) {
      case DATA -> "template text";
      case OUTPUT_END -> "end of print statement";
      case TAG_END -> "end of statement block";
      case END -> "end of template";
      case STRING -> "string '" + text + "'";
      case OUTPUT_BEGIN, TAG_BEGIN, NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
    };
  }
}
