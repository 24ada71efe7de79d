package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// Something that a template can call: a macro, a global function, a method with its object.
@FunctionalInterface
interface Callable {
  @Nullable Object call(Arguments arguments);
}
