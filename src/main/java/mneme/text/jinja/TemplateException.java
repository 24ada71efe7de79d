package mneme.text.jinja;

/// A template that could not be read or rendered. The message is for the person who sent the
/// conversation or chose the model; it names the line of the template where that is known.
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// `SYNTAX`: the template is no template. `RAISED`: the template itself refused the conversation
  /// with `raise_exception`, the message is its own. `FAILED`: an operation met a value it is not
  /// made for. `LIMIT`: a limit of the render was reached.
  public enum Kind {
    SYNTAX,
    RAISED,
    FAILED,
    LIMIT
  }

  private final Kind kind;
  private final int line;

  private TemplateException(Kind kind, int line, String message) {
    super(message);
    this.kind = kind;
    this.line = line;
  }

  static TemplateException syntax(int line, String message) {
    return new TemplateException(Kind.SYNTAX, line, "template line " + line + ": " + message);
  }

  static TemplateException raised(String message) {
    return new TemplateException(Kind.RAISED, 0, message);
  }

  static TemplateException failed(String message) {
    return new TemplateException(Kind.FAILED, 0, message);
  }

  static TemplateException limit(String message) {
    return new TemplateException(Kind.LIMIT, 0, message);
  }

  /// The same with the line it happened at, if it had none.
  TemplateException at(int line) {
    if (this.line > 0) {
      return this;
    }
    String own = String.valueOf(getMessage());
    String message = kind == Kind.RAISED ? own : "template line " + line + ": " + own;
    var located = new TemplateException(kind, line, message);
    located.setStackTrace(getStackTrace());
    return located;
  }

  public Kind kind() {
    return kind;
  }

  /// Line of the template, counted from 1; 0 if unknown.
  public int line() {
    return line;
  }
}
