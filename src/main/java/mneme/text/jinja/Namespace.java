package mneme.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one thing that a template can change: what `namespace(...)` gives, with `set ns.x = ...`.
record Namespace(Map<String, @Nullable Object> values) {
  Namespace() {
    this(new HashMap<>());
  }
}
