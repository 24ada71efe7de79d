/// Measures devices on a machine that has nothing but the archive of `./mneme pack`. Open
/// [mneme.bench.DeviceBench] first.
@NullMarked
package mneme.bench;

import org.jspecify.annotations.NullMarked;
