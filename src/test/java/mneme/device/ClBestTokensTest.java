package mneme.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import mneme.device.opencl.ClDevice;

/// On the first OpenCL device of this machine.
class ClBestTokensTest extends BestTokensContract {
  @Override
  Device open() {
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals("opencl:0")),
        "no OpenCL device on this machine");
    return ClDevice.open("opencl:0");
  }
}
