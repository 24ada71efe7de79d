package mneme.memory;

import java.util.HashMap;
import java.util.Map;

/// Numbers for tenants, so that a place in a slab can remember one.
final class Tenants {
  /// Nobody has written there since the pool was opened, zeroed.
  static final int NOBODY = 0;

  /// Bytes of several tenants, or of objects cut differently.
  static final int MIXED = -1;

  private final Map<String, Integer> numbers = new HashMap<>();

  int number(String tenant) {
    return numbers.computeIfAbsent(tenant, _ -> numbers.size() + 1);
  }
}
