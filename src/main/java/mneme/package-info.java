/// An LLM serving engine in which every sequence is an actor that owns its inference memory. The
/// packages below are its rooms; `docs/architecture.md` walks through them.
@NullMarked
package mneme;

import org.jspecify.annotations.NullMarked;
