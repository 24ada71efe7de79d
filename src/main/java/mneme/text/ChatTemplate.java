package mneme.text;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import mneme.text.jinja.Limits;
import mneme.text.jinja.Template;
import mneme.text.jinja.TemplateException;
import org.jspecify.annotations.Nullable;

/// How a model wants a conversation written as one prompt: the Jinja template of its file.
/// Immutable; any number of threads may use it at once.
public final class ChatTemplate {
  private static final String CLOCK = "strftime_now";

  private final Template template;
  private volatile @Nullable TemplateCapabilities capabilities;

  private ChatTemplate(Template template) {
    this.template = template;
  }

  /// @throws TemplateException kind SYNTAX, with the line
  public static ChatTemplate parse(String source) {
    return new ChatTemplate(Template.parse(source));
  }

  /// The prompt for a context: `messages`, `tools` (null for none), `add_generation_prompt`,
  /// `bos_token`, `eos_token` and what else the template asks for. Values are null, Boolean, any
  /// Number, String, and Lists and Maps of those. A text under `strftime_now`, such as
  /// `2026-01-15T12:00:00`, fixes the time that the template sees.
  ///
  /// @throws TemplateException kind RAISED if the template refuses the conversation (the message is
  ///   its own), FAILED if it cannot handle it, LIMIT if it does too much
  public String render(Map<String, ? extends @Nullable Object> context) {
    Map<String, @Nullable Object> names = new HashMap<>(context);
    names.putIfAbsent("tools", null);
    names.putIfAbsent("documents", null);
    Clock clock = clock(names.remove(CLOCK));
    return template.render(names, clock, Limits.DEFAULT);
  }

  private static Clock clock(@Nullable Object fixed) {
    if (fixed == null) {
      return Clock.systemDefaultZone();
    }
    try {
      LocalDateTime time = LocalDateTime.parse(fixed.toString());
      ZoneId utc = ZoneOffset.UTC;
      return Clock.fixed(time.atZone(utc).toInstant(), utc);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + CLOCK + "' is '" + fixed + "', wanted a time such as 2026-01-15T12:00:00", e);
    }
  }

  /// What the template can write, found out by rendering small conversations with it once.
  public TemplateCapabilities capabilities() {
    TemplateCapabilities known = capabilities;
    if (known == null) {
      known = new CapabilityProbe(this).run();
      capabilities = known;
    }
    return known;
  }
}
