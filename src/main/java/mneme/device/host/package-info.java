/// Runs graphs on the CPU with the Vector API. Open [mneme.device.host.HostDevice] first, then
/// `HostProgram`: each op of a graph becomes one [mneme.device.host.Kernel], listed in
/// [mneme.device.host.Kernels]; activations live in arrays that values share by turns.
///
/// No sum depends on how many rows a step has, on where a prompt was cut, on which thread did it or
/// on the vector width.
@NullMarked
package mneme.device.host;

import org.jspecify.annotations.NullMarked;
