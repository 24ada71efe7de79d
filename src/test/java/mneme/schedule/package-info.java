/// Tests of decisions, as plain arithmetic and as small simulations.
@NullMarked
package mneme.schedule;

import org.jspecify.annotations.NullMarked;
