package mneme.text.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A parsed template. Immutable; any number of threads may render it at once.
public final class Template {
  /// Longest template that is read.
  public static final int MAX_CHARACTERS = 1 << 20;

  private final List<Statement> statements;

  private Template(List<Statement> statements) {
    this.statements = statements;
  }

  /// @throws TemplateException kind SYNTAX, with the line
  public static Template parse(String source) {
    if (source.length() > MAX_CHARACTERS) {
      throw TemplateException.syntax(
          1, source.length() + " characters, more than the " + MAX_CHARACTERS + " that are read");
    }
    return new Template(StatementParser.parse(source));
  }

  /// Renders with the names in `context`: null, Boolean, any Number, String, and Lists and Maps of
  /// those. They are copied first.
  ///
  /// @param clock what `strftime_now` reads
  /// @throws TemplateException kind RAISED, FAILED or LIMIT
  public String render(
      Map<String, ? extends @Nullable Object> context, Clock clock, Limits limits) {
    var meter = new Meter(limits);
    var renderer = new Renderer(meter);
    try {
      var scope = new Scope(Globals.scope(meter, clock));
      context.forEach((name, value) -> scope.set(name, Values.of(value)));
      var out = new Text(meter::output);
      renderer.render(statements, scope, out);
      return out.toString();
    } catch (TemplateException e) {
      throw e.at(renderer.line());
    }
  }
}
