package mneme.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import mneme.device.opencl.ClDiscovery;
import mneme.device.vulkan.VkDiscovery;

/// Finds the devices of this machine.
public final class Devices {
  private Devices() {}

  /// The host first, then what OpenCL shows, then Vulkan. Each device that Mneme does not compute
  /// on says why; an interface without devices, or whose loader library is absent, has one row of 0
  /// bytes that says so. Takes up to a second, as drivers load their compilers.
  public static List<DeviceInfo> discover() {
    Natives.prepare();
    List<Found> opencl = ClDiscovery.discover();
    List<DeviceInfo> all = new ArrayList<>();
    all.add(HostInfo.read());
    opencl.forEach(found -> all.add(found.info()));
    VkDiscovery.discover().forEach(found -> all.add(once(found, opencl)));
    return all;
  }

  /// What `auto` stands for: every device that is not this machine's processor, those with memory
  /// of their own first, then the host. Of a device that two interfaces show, the first counts.
  public static List<String> fastest() {
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

  /// As the configuration has it: what it names is used, whatever discovery thinks of it.
  public static DeviceInfo as(DeviceInfo info, Collection<String> named) {
    if (named.contains(info.id())) {
      return told(info, Optional.empty());
    }
    return info.unusedBecause().isPresent()
        ? info
        : unused(info, "mneme.engine.devices does not name it");
  }

  private static DeviceInfo unused(DeviceInfo info, String because) {
    return told(info, Optional.of(because));
  }

  private static DeviceInfo told(DeviceInfo info, Optional<String> unusedBecause) {
    return new DeviceInfo(
        info.id(),
        info.kind(),
        info.name(),
        info.driver(),
        info.totalBytes(),
        info.freeBytes(),
        info.largestAllocationBytes(),
        info.unified(),
        unusedBecause);
  }
}
