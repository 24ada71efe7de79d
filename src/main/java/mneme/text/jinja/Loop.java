package mneme.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a loop's body sees as `loop`.
final class Loop implements Callable {
  private final List<@Nullable Object> items;
  private final int depth;
  private final @Nullable Callable again;
  private final Comparing comparing;
  private int at;
  private @Nullable Object lastChanged;
  private boolean changedBefore;

  /// @param depth 0 outside of recursion
  /// @param again runs the loop's body over further items, in a recursive loop
  Loop(List<@Nullable Object> items, int depth, @Nullable Callable again, Comparing comparing) {
    this.items = items;
    this.depth = depth;
    this.again = again;
    this.comparing = comparing;
  }

  void moveTo(int index) {
    at = index;
  }

  Map<String, @Nullable Object> values() {
    long size = items.size();
    Map<String, @Nullable Object> values = new java.util.HashMap<>();
    values.put("index", at + 1L);
    values.put("index0", (long) at);
    values.put("first", at == 0);
    values.put("last", at == size - 1);
    values.put("length", size);
    values.put("revindex", size - at);
    values.put("revindex0", size - at - 1);
    values.put("depth", depth + 1L);
    values.put("depth0", (long) depth);
    values.put("previtem", at > 0 ? items.get(at - 1) : new Undefined("there is no previous item"));
    values.put(
        "nextitem", at + 1 < size ? items.get(at + 1) : new Undefined("there is no next item"));
    values.put("cycle", (Callable) this::cycle);
    values.put("changed", (Callable) this::changed);
    return values;
  }

  private @Nullable Object cycle(Arguments arguments) {
    List<@Nullable Object> choices = arguments.positional();
    if (choices.isEmpty()) {
      throw TemplateException.failed("loop.cycle has nothing to choose from");
    }
    return choices.get(at % choices.size());
  }

  private Object changed(Arguments arguments) {
    Object now = new Tuple(arguments.positional());
    boolean changed = !changedBefore || !comparing.equal(now, lastChanged);
    lastChanged = now;
    changedBefore = true;
    return changed;
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    if (again == null) {
      throw TemplateException.failed("the loop is not marked 'recursive'");
    }
    return again.call(arguments);
  }
}
