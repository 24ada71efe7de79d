package mneme.cli;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import mneme.device.DeviceInfo;
import mneme.device.probe.Notes;
import mneme.device.probe.Verdict;
import mneme.engine.EngineException;

/// What [Doctor] asks of the devices: what each is, whether it is used and why not, and whether
/// those that are used compute rightly.
final class DeviceChecks {
  private DeviceChecks() {}

  static List<Finding> all(Config config) {
    DeviceView view;
    try {
      view = new DeviceView(config, Notes.ofUser());
    } catch (EngineException e) {
      return List.of(
          Finding.problem(
              "devices", String.valueOf(e.getMessage()), "correct mneme.engine.devices"));
    }
    List<Finding> tried = view.named().stream().map(id -> tried(id, view)).toList();
    List<Finding> findings = new ArrayList<>();
    view.all().forEach(device -> findings.add(seen(device, view.speed(device))));
    findings.addAll(tried);
    return findings;
  }

  private static Finding seen(DeviceInfo device, OptionalDouble speed) {
    if (device.totalBytes() == 0) {
      return Finding.note(
          device.id(), device.unusedBecause().orElse("shows no devices"), remedy(device.kind()));
    }
    String use = device.unusedBecause().map(why -> "not used: " + why).orElse("used");
    return Finding.ok(
        device.id(),
        "%s, %s, %s; %s".formatted(device.name(), memory(device, speed), device.driver(), use));
  }

  private static String memory(DeviceInfo device, OptionalDouble speed) {
    return "%s of %s free %s, at most %s at once, %s"
        .formatted(
            Humane.bytes(device.freeBytes()),
            Humane.bytes(device.totalBytes()),
            device.unified() ? "(shared with the host)" : "(its own)",
            Humane.bytes(device.largestAllocationBytes()),
            speed.isPresent() ? speed(speed.getAsDouble()) : "speed not measured");
  }

  private static String speed(double bytesPerSecond) {
    return String.format(Locale.ROOT, "copies %.1f GB/s", bytesPerSecond / 1e9);
  }

  private static String remedy(DeviceInfo.Kind kind) {
    return switch (kind) {
      case OPENCL ->
          "for a GPU install its maker's OpenCL driver and the loader (ocl-icd-libopencl1 on Debian);"
              + " pocl-opencl-icd shows the processor";
      case VULKAN ->
          "for a GPU install its maker's Vulkan driver or mesa-vulkan-drivers, and the loader"
              + " (libvulkan1 on Debian)";
      case HOST, NONE -> "nothing is needed";
    };
  }

  private static Finding tried(String id, DeviceView view) {
    if (id.equals("none")) {
      return Finding.note(id, "computes nothing", "name another in mneme.engine.devices to serve");
    }
    return view.tried(id)
        .map(verdict -> finding(id, verdict))
        .orElseGet(() ->
            Finding.problem(id, "there is no such device", "name another in mneme.engine.devices"));
  }

  private static Finding finding(String id, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Passed(var words, var bytesPerSecond) ->
          Finding.ok(id, bytesPerSecond > 0 ? words + ", " + speed(bytesPerSecond) : words);
      case Verdict.Failed failed ->
          Finding.problem(
              id,
              "its trial failed: " + failed.words(),
              failed.isFinal()
                  ? "update the driver, or leave the device out of mneme.engine.devices"
                  : "try again when the machine is not busy: kernels that the driver has compiled are"
                      + " kept; mneme.engine.device-trial-patience gives it longer");
      case Verdict.Untried untried ->
          Finding.note(
              id,
              "it cannot be tried: " + untried.words(),
              "it is used without a trial; see that another JVM can be started");
    };
  }
}
