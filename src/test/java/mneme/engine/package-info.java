/// The actors of one node, tried with toy models on a null device.
@NullMarked
package mneme.engine;

import org.jspecify.annotations.NullMarked;
