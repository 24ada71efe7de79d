/// Models on disk: where they lie, under which names, and which one is embedded.
@NullMarked
package mneme.store;

import org.jspecify.annotations.NullMarked;
