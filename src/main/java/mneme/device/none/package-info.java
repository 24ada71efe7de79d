/// A device that computes nothing and checks memory instead. Open [mneme.device.none.NullDevice]
/// first. It carries the tests of scheduler, actors and HTTP, and measures the engine's own cost.
@NullMarked
package mneme.device.none;

import org.jspecify.annotations.NullMarked;
