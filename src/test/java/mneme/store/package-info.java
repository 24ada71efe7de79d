/// Tests of the shelves that models lie on.
@NullMarked
package mneme.store;

import org.jspecify.annotations.NullMarked;
