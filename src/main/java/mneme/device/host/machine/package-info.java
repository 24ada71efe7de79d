/// What the CPU gives: vector lanes, exact curves, threads that share work, memory outside the
/// heap. Open [mneme.device.host.machine.Lanes] first. Everything here computes the same bits at
/// every vector width.
@NullMarked
package mneme.device.host.machine;

import org.jspecify.annotations.NullMarked;
