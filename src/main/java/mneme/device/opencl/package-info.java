/// Computing through OpenCL. Open [mneme.device.opencl.ClDiscovery] first.
@NullMarked
package mneme.device.opencl;

import org.jspecify.annotations.NullMarked;
