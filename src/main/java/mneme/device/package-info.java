/// Finds hardware, holds buffers, runs graphs. Open [mneme.device.Device] first. One package a kind
/// of device (`host`, `opencl`, `vulkan`, `none`); LWJGL types stop here. It knows ops and pages,
/// never an architecture's name.
@NullMarked
package mneme.device;

import org.jspecify.annotations.NullMarked;
