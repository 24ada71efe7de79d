package mneme.engine;

import java.util.OptionalInt;
import java.util.Set;

/// Numbers for stations of models that are split; those of devices come before them.
final class StationNumbers {
  /// All numbers are below this; see [Station].
  private static final int MOST_STATIONS = 127;

  private final int first;
  private int last;

  /// @param devices numbers from 0 on that are taken for good
  StationNumbers(int devices) {
    first = devices;
    last = devices;
  }

  /// Whether another station would have no number.
  boolean areAllIn(Set<Integer> use) {
    return first + use.size() >= MOST_STATIONS;
  }

  /// The next one after the last that was used, so that what is still said of an old station is not
  /// taken for a new one's. Empty if all are in use.
  OptionalInt next(Set<Integer> inUse) {
    if (areAllIn(inUse)) {
      return OptionalInt.empty();
    }
    do {
      last = last + 1 < MOST_STATIONS ? last + 1 : first;
    } while (inUse.contains(last));
    return OptionalInt.of(last);
  }
}
