package mneme.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.opencl.ClDevice;

/// The goldens on the first OpenCL device of this machine.
class ClGoldensTest extends GoldensContract {
  @Override
  Device open() {
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals("opencl:0")),
        "no OpenCL device on this machine");
    return ClDevice.open("opencl:0");
  }
}
