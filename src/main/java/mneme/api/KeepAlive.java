package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long a model stays loaded after its last use: seconds as a number, or a duration as Go
/// writes it (`5m`, `1h30m`, `250ms`). Negative: for ever; 0: not at all.
final class KeepAlive {
  private static final Pattern WHOLE =
      Pattern.compile("[-+]?(?:\\d+(?:\\.\\d+)?(?:ns|us|ms|s|m|h))+");
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h)");
  private static final Pattern SECONDS = Pattern.compile("[-+]?\\d+(?:\\.\\d+)?");
  private static final double MAX_SECONDS = 1e9;

  private KeepAlive() {}

  static Optional<Duration> of(Fields fields) {
    return fields.value("keep_alive").map(KeepAlive::parse);
  }

  private static Duration parse(JsonNode value) {
    if (value.isNumber()) {
      return seconds(value.doubleValue());
    }
    String text = Fields.text(value, "keep_alive").strip();
    if (text.length() <= 64 && SECONDS.matcher(text).matches()) {
      return seconds(Double.parseDouble(text));
    }
    if (text.length() > 64 || !WHOLE.matcher(text).matches()) {
      throw Refusal.of(
          "keep_alive", "keep_alive must be seconds or a duration such as \"5m\" or \"1h30m\"");
    }
    double sum = 0;
    for (Matcher part = PART.matcher(text); part.find(); ) {
      sum += Double.parseDouble(part.group(1)) * unitSeconds(part.group(2));
    }
    return seconds(text.startsWith("-") ? -sum : sum);
  }

  private static double unitSeconds(String unit) {
    return switch (unit) {
      case "ns" -> 1e-9;
      case "us" -> 1e-6;
      case "ms" -> 1e-3;
      case "s" -> 1;
      case "m" -> 60;
      default -> 3600;
    };
  }

  private static Duration seconds(double seconds) {
    if (seconds < 0) {
      return Duration.ofSeconds(-1);
    }
    return Duration.ofNanos((long) (Math.min(seconds, MAX_SECONDS) * 1e9));
  }
}
