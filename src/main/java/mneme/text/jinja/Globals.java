package mneme.text.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions that every template can call.
final class Globals {
  /// As in Python's sandbox.
  private static final long LARGEST_RANGE = 100_000;

  private final Meter meter;

  private Globals(Meter meter) {
    this.meter = meter;
  }

  /// @param clock what `strftime_now` reads
  static Scope scope(Meter meter, Clock clock) {
    var globals = new Globals(meter);
    var scope = new Scope(null);
    scope.set("namespace", (Callable) globals::namespace);
    scope.set("dict", (Callable) globals::dict);
    scope.set("range", (Callable) globals::range);
    scope.set("raise_exception", (Callable) globals::raise);
    scope.set(
        "strftime_now",
        (Callable) a -> StrfTime.format(a.text(0, "format"), LocalDateTime.now(clock), meter));
    return scope;
  }

  private Object namespace(Arguments arguments) {
    var namespace = new Namespace();
    entries(arguments).forEach((key, value) -> namespace.values().put(String.valueOf(key), value));
    return namespace;
  }

  private Object dict(Arguments arguments) {
    return entries(arguments);
  }

  private Map<@Nullable Object, @Nullable Object> entries(Arguments arguments) {
    Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      Object given = arguments.positional().getFirst();
      if (given instanceof Map<?, ?> map) {
        entries.putAll(map);
      } else {
        for (Object pair : Values.elements(given, meter)) {
          var both = new Arguments(Values.elements(pair, meter), Map.of());
          entries.put(Values.key(both.required(0, "key")), both.required(1, "value"));
        }
      }
    }
    entries.putAll(arguments.named());
    meter.elements(entries.size());
    return entries;
  }

  private Object range(Arguments arguments) {
    boolean both = arguments.positional().size() > 1;
    long start = both ? arguments.integer(0, "start", 0) : 0;
    long stop = arguments.integer(both ? 1 : 0, "stop", 0);
    long step = arguments.integer(2, "step", 1);
    if (step == 0) {
      throw TemplateException.failed("the step of a range is 0");
    }
    double size = Math.ceil(((double) stop - start) / step);
    if (size > LARGEST_RANGE) {
      throw TemplateException.limit("a range of more than " + LARGEST_RANGE + " numbers");
    }
    int count = (int) Math.max(0, size);
    meter.elements(count);
    List<@Nullable Object> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(start + i * step);
    }
    return numbers;
  }

  private Object raise(Arguments arguments) {
    throw TemplateException.raised(new Printing(meter).text(arguments.required(0, "message")));
  }
}
