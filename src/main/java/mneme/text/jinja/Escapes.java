package mneme.text.jinja;

/// Backslash escapes of Python string literals. One that Python does not know stays as written.
final class Escapes {
  private final String written;
  private final StringBuilder text;
  private int at;

  private Escapes(String written) {
    this.written = written;
    this.text = new StringBuilder(written.length());
  }

  /// @throws IllegalArgumentException if an escape lacks its digits
  static String decode(String written) {
    if (written.indexOf('\\') < 0) {
      return written;
    }
    var escapes = new Escapes(written);
    while (escapes.at < written.length()) {
      escapes.next();
    }
    return escapes.text.toString();
  }

  private void next() {
    char c = written.charAt(at++);
    if (c != '\\' || at == written.length()) {
      text.append(c);
      return;
    }
    char escape = written.charAt(at++);
    switch (escape) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(escape);
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\u000b');
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
      default -> text.append('\\').append(escape);
    }
  }

  private void hexadecimal(int digits) {
    int end = at + digits;
    int point = 0;
    for (; at < end; at++) {
      int digit = at < written.length() ? Character.digit(written.charAt(at), 16) : -1;
      if (digit < 0) {
        throw new IllegalArgumentException("an escape in a string lacks its " + digits + " digits");
      }
      point = point << 4 | digit;
    }
    if (!Character.isValidCodePoint(point)) {
      throw new IllegalArgumentException("an escape in a string names no character");
    }
    text.appendCodePoint(point);
  }

  private void octal() {
    int point = 0;
    int end = Math.min(at + 2, written.length());
    for (at--; at < end; at++) {
      int digit = Character.digit(written.charAt(at), 8);
      if (digit < 0) {
        break;
      }
      point = point * 8 + digit;
    }
    text.appendCodePoint(point);
  }
}
