/// Finds out what a device is worth before it is relied upon, and remembers it from run to run.
/// Open [mneme.device.probe.Speeds] first. It knows no configuration; nothing here runs by itself.
@NullMarked
package mneme.device.probe;

import org.jspecify.annotations.NullMarked;
