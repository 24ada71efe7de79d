package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// What stands after a bar: a function of the value before it.
@FunctionalInterface
interface Filter {
  @Nullable Object apply(@Nullable Object value, Arguments arguments, Evaluator evaluator);
}
