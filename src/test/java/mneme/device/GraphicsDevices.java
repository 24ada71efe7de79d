package mneme.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.function.Function;
import mneme.device.opencl.ClDevice;
import mneme.device.vulkan.VulkanDevice;

/// The devices that the tests of a backend run on: the first of its kind, or the one that the
/// system property `mneme.test.opencl` or `mneme.test.vulkan` names. Without it they are skipped.
public final class GraphicsDevices {
  private GraphicsDevices() {}

  public static Device openCl() {
    return open("opencl", ClDevice::open);
  }

  public static Device vulkan() {
    return open("vulkan", VulkanDevice::open);
  }

  private static Device open(String kind, Function<String, Device> opening) {
    String id = System.getProperty("mneme.test." + kind, kind + ":0");
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals(id)),
        "no device " + id + " on this machine");
    return opening.apply(id);
  }
}
