package mneme.text;

/// Classes of code points that pre-tokenizers speak of, by Unicode general category.
final class Letters {
  private static final int LETTER =
      1 << Character.UPPERCASE_LETTER
          | 1 << Character.LOWERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER
          | 1 << Character.MODIFIER_LETTER
          | 1 << Character.OTHER_LETTER;
  private static final int MARK =
      1 << Character.NON_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK
          | 1 << Character.COMBINING_SPACING_MARK;
  private static final int NUMBER =
      1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;
  private static final int PUNCTUATION =
      1 << Character.CONNECTOR_PUNCTUATION
          | 1 << Character.DASH_PUNCTUATION
          | 1 << Character.START_PUNCTUATION
          | 1 << Character.END_PUNCTUATION
          | 1 << Character.INITIAL_QUOTE_PUNCTUATION
          | 1 << Character.FINAL_QUOTE_PUNCTUATION
          | 1 << Character.OTHER_PUNCTUATION;
  private static final int SYMBOL =
      1 << Character.MATH_SYMBOL
          | 1 << Character.CURRENCY_SYMBOL
          | 1 << Character.MODIFIER_SYMBOL
          | 1 << Character.OTHER_SYMBOL;
  private static final int UNCASED =
      MARK | 1 << Character.MODIFIER_LETTER | 1 << Character.OTHER_LETTER;
  private static final int UPPERISH =
      UNCASED | 1 << Character.UPPERCASE_LETTER | 1 << Character.TITLECASE_LETTER;
  private static final int LOWERISH = UNCASED | 1 << Character.LOWERCASE_LETTER;
  private static final int CASED =
      1 << Character.UPPERCASE_LETTER
          | 1 << Character.LOWERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER;

  private Letters() {}

  private static boolean in(int c, int categories) {
    return (categories >> Character.getType(c) & 1) != 0;
  }

  static boolean letter(int c) {
    return in(c, LETTER);
  }

  static boolean letterOrMark(int c) {
    return in(c, LETTER | MARK);
  }

  static boolean number(int c) {
    return in(c, NUMBER);
  }

  static boolean punctuation(int c) {
    return in(c, PUNCTUATION);
  }

  static boolean punctuationOrSymbol(int c) {
    return in(c, PUNCTUATION | SYMBOL);
  }

  /// What may begin a capitalized word: everything that is no lower case.
  static boolean upperish(int c) {
    return in(c, UPPERISH);
  }

  /// What may go on in a word after its capitals: everything that is no upper case.
  static boolean lowerish(int c) {
    return in(c, LOWERISH);
  }

  static boolean cased(int c) {
    return in(c, CASED);
  }

  static boolean han(int c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
  }

  /// Common Chinese characters and Japanese kana.
  static boolean cjk(int c) {
    return c >= 0x4e00 && c <= 0x9fa5 || c >= 0x3040 && c <= 0x30ff;
  }

  /// The Unicode property White_Space, which Java's own tests for spaces do not quite follow.
  static boolean space(int c) {
    return c == ' '
        || c >= 9 && c <= 13
        || c >= 0x85
            && (c == 0x85
                || c == 0xa0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200a
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000);
  }

  static boolean newline(int c) {
    return c == '\n' || c == '\r';
  }

  static boolean asciiLetter(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  static boolean asciiPunctuation(int c) {
    return c >= '!' && c <= '/'
        || c >= ':' && c <= '@'
        || c >= '[' && c <= '`'
        || c >= '{' && c <= '~';
  }
}
