package mneme.text;

/// What a token is for.
enum TokenKind {
  NORMAL,
  UNKNOWN,
  CONTROL,
  USER_DEFINED,
  UNUSED,
  BYTE;

  /// The kind of a number in `tokenizer.ggml.token_type`; numbers without meaning are normal.
  static TokenKind of(long number) {
    return switch ((int) number) {
      case 2 -> UNKNOWN;
      case 3 -> CONTROL;
      case 4 -> USER_DEFINED;
      case 5 -> UNUSED;
      case 6 -> BYTE;
      default -> NORMAL;
    };
  }

  /// Whether the token is found in text by its written form, if control tokens are asked for.
  boolean isWritten() {
    return this == UNKNOWN || this == CONTROL || this == USER_DEFINED;
  }
}
