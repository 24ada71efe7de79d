package mneme.text.jinja;

import java.util.function.LongConsumer;

/// A string being built, paid for before it grows.
final class Text {
  private final StringBuilder characters = new StringBuilder();
  private final LongConsumer charge;

  /// @param charge told the number of characters before they are added
  Text(LongConsumer charge) {
    this.charge = charge;
  }

  static Text scratch(Meter meter) {
    return new Text(meter::scratch);
  }

  Text add(CharSequence more) {
    charge.accept(more.length());
    characters.append(more);
    return this;
  }

  Text add(CharSequence more, int from, int to) {
    charge.accept(to - from);
    characters.append(more, from, to);
    return this;
  }

  Text add(char more) {
    charge.accept(1);
    characters.append(more);
    return this;
  }

  Text repeat(CharSequence more, long times) {
    if (times > 0 && !more.isEmpty()) {
      charge.accept(saturatedProduct(more.length(), times));
      characters.repeat(more, Math.toIntExact(times));
    }
    return this;
  }

  private static long saturatedProduct(long left, long right) {
    return right > Long.MAX_VALUE / 4 / left ? Long.MAX_VALUE / 4 : left * right;
  }

  @Override
  public String toString() {
    return characters.toString();
  }
}
