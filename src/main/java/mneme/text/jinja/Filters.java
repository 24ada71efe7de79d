package mneme.text.jinja;

import java.util.HashMap;
import java.util.Map;

/// Every filter by name.
final class Filters {
  static final Map<String, Filter> ALL = all();

  private Filters() {}

  private static Map<String, Filter> all() {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    ListFilters.addTo(all);
    ValueFilters.addTo(all);
    return Map.copyOf(all);
  }
}
