package mneme.text.jinja;

/// A string that a template called `safe`. As in Python, adding a plain string to one escapes the
/// plain string for HTML; in everything else it is the string.
record Markup(String text) {
  static Markup escape(String plain) {
    var escaped = new StringBuilder(plain.length() + 16);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '\'' -> escaped.append("&#39;");
        case '"' -> escaped.append("&#34;");
        default -> escaped.append(c);
      }
    }
    return new Markup(escaped.toString());
  }
}
