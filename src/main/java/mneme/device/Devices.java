package mneme.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import mneme.device.opencl.ClDevice;
import mneme.device.opencl.ClDiscovery;
import mneme.device.vulkan.VkDiscovery;
import mneme.device.vulkan.VulkanDevice;

/// Finds the devices of this machine.
public final class Devices {
  private Devices() {}

  /// The host first, then what OpenCL shows, then Vulkan. Each device that Mneme does not compute
  /// on says why; an interface without devices, or whose loader library is absent, has one row of 0
  /// bytes that says so. Takes up to a second, as drivers load their compilers.
  public static List<DeviceInfo> discover() {
    Natives.prepare();
    List<Found> opencl = ClDiscovery.discover();
    List<Found> vulkan = VkDiscovery.discover();
    List<DeviceInfo> all = new ArrayList<>();
    all.add(HostInfo.read());
    opencl.forEach(found -> all.add(found.informed(() -> vulkan).info()));
    vulkan.forEach(found -> all.add(once(found.informed(() -> opencl), opencl)));
    return all;
  }

  /// Opens a graphics device. What is free of it is asked anew, and asked of the other interface if
  /// its own does not tell.
  ///
  /// @param id as discovery gives it, such as `opencl:0`
  /// @param units whether its matrix units are used
  /// @throws DeviceException kind LOST if there is no such device, FAILED if the kernels cannot run
  ///   on it
  public static Device open(String id, MatrixUnits units) {
    Natives.prepare();
    return id.startsWith("vulkan:")
        ? VulkanDevice.open(id, units, found -> found.informed(ClDiscovery::discover))
        : ClDevice.open(id, found -> found.informed(VkDiscovery::discover));
  }

  /// Whether a driver stands between Mneme and the device of that id.
  public static boolean isGraphics(String id) {
    return id.startsWith("opencl:") || id.startsWith("vulkan:");
  }

  /// What `auto` stands for: every device that is not this machine's processor, those with memory
  /// of their own first, then the host, which is the order as long as no speed is known. Of a
  /// device that two interfaces show, the first counts.
  public static List<String> computing() {
    Natives.prepare();
    List<Found> opencl = ClDiscovery.discover();
    List<Found> found = new ArrayList<>(opencl);
    VkDiscovery.discover().stream()
        .filter(one -> opencl.stream().noneMatch(one::isSameAs))
        .forEach(found::add);
    List<String> ids = new ArrayList<>();
    found.stream()
        .filter(one -> !one.cpu() && one.info().totalBytes() > 0)
        .map(Found::info)
        .sorted(Comparator.comparing(DeviceInfo::unified))
        .forEach(info -> ids.add(info.id()));
    ids.add("host");
    return ids;
  }

  /// The same physical device is used through one interface only.
  static DeviceInfo once(Found found, List<Found> earlier) {
    return earlier.stream()
        .filter(found::isSameAs)
        .findFirst()
        .map(twin -> unused(found.info(), "the same device as " + twin.info().id()))
        .orElse(found.info());
  }

  /// As the configuration has it: what it names is used, whatever discovery thinks of it, unless it
  /// has a fault.
  public static DeviceInfo as(DeviceInfo info, Collection<String> named, Optional<String> fault) {
    if (fault.isPresent() || named.contains(info.id())) {
      return info.unusedBecause(fault);
    }
    return info.unusedBecause().isPresent()
        ? info
        : unused(info, "mneme.engine.devices does not name it");
  }

  private static DeviceInfo unused(DeviceInfo info, String because) {
    return info.unusedBecause(Optional.of(because));
  }
}
