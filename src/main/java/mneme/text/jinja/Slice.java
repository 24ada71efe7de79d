package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// The elements that `[from:to:step]` picks from a sequence of known length.
record Slice(int start, int step, int count) {
  int index(int i) {
    return start + i * step;
  }

  /// A slice as written; null is what was left out.
  record Bounds(@Nullable Long from, @Nullable Long to, @Nullable Long step) {
    Slice of(int length) {
      long stride = step == null ? 1 : step;
      if (stride == 0) {
        throw TemplateException.failed("the step of a slice is 0");
      }
      boolean forward = stride > 0;
      long low = forward ? 0 : -1;
      long high = forward ? length : length - 1;
      long first = from == null ? (forward ? low : high) : clamp(from, length, low, high);
      long end = to == null ? (forward ? high : low) : clamp(to, length, low, high);
      long span = forward ? end - first : first - end;
      long size = Math.absExact(stride);
      long count = span <= 0 ? 0 : (span - 1) / size + 1;
      return new Slice((int) first, count < 2 ? 1 : (int) stride, (int) count);
    }

    private static long clamp(long at, int length, long low, long high) {
      long index = at < 0 ? at + length : at;
      return Math.max(low, Math.min(high, index));
    }
  }
}
