/// Real actors on one thread under virtual time, in an order drawn from a seed. Open
/// [mneme.simulation.SimulationTest] first.
@NullMarked
package mneme.simulation;

import org.jspecify.annotations.NullMarked;
