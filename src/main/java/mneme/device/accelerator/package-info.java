/// What devices with kernels share: a graph as launches, whatever the language that runs them. Open
/// [mneme.device.accelerator.Accelerator], which `opencl` and `vulkan` implement, then
/// [mneme.device.accelerator.AcceleratedProgram]. No type of LWJGL occurs here.
@NullMarked
package mneme.device.accelerator;

import org.jspecify.annotations.NullMarked;
