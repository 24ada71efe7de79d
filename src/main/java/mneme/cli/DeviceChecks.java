package mneme.cli;

import com.typesafe.config.Config;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import mneme.engine.DeviceChoice;
import mneme.engine.EngineException;

/// What [Doctor] asks of the devices: what each is, whether it is used and why not, and whether
/// those that are used compute rightly.
final class DeviceChecks {
  private static final long PATIENCE_SECONDS = 120;

  private DeviceChecks() {}

  static List<Finding> all(Config config) {
    List<String> named;
    try {
      named = DeviceChoice.ids(config);
    } catch (EngineException e) {
      return List.of(
          Finding.problem(
              "devices", String.valueOf(e.getMessage()), "correct mneme.engine.devices"));
    }
    List<Finding> findings = new ArrayList<>();
    List<DeviceInfo> found = Devices.discover();
    found.forEach(device -> findings.add(seen(Devices.as(device, named))));
    for (String id : named) {
      boolean isThere = id.equals("none") || found.stream().anyMatch(one -> one.id().equals(id));
      findings.add(
          isThere
              ? tested(id)
              : Finding.problem(
                  id, "there is no such device", "name another in mneme.engine.devices"));
    }
    return findings;
  }

  private static Finding seen(DeviceInfo device) {
    if (device.totalBytes() == 0) {
      return Finding.note(
          device.id(), device.unusedBecause().orElse("shows no devices"), remedy(device.kind()));
    }
    String use = device.unusedBecause().map(why -> "not used: " + why).orElse("used");
    return Finding.ok(
        device.id(),
        "%s, %s of %s free, %s; %s"
            .formatted(
                device.name(),
                Humane.bytes(device.freeBytes()),
                Humane.bytes(device.totalBytes()),
                device.driver(),
                use));
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

  /// In a process of its own, with the flags of this one: a broken driver ends that one only.
  private static Finding tested(String id) {
    try {
      Path said = Files.createTempFile("mneme-test-device", ".txt");
      try {
        return tested(id, said);
      } finally {
        Files.delete(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a process", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static Finding tested(String id, Path said) throws IOException, InterruptedException {
    if (id.equals("none")) {
      return Finding.note(id, "computes nothing", "name another in mneme.engine.devices to serve");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", classPath(), "mneme.Mneme", "test-device", id));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(said.toString()))
            .start();
    boolean hasEnded = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String last =
        Files.readString(said, StandardCharsets.UTF_8).strip().lines().reduce("", (_, b) -> b);
    if (hasEnded && process.exitValue() == 0) {
      return Finding.ok(id, last);
    }
    String fault =
        !hasEnded
            ? "the test did not end in " + PATIENCE_SECONDS + " s"
            : "the test ended with code %d: %s".formatted(process.exitValue(), last);
    return Finding.problem(
        id, fault, "update the driver, or leave the device out of mneme.engine.devices");
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }
}
