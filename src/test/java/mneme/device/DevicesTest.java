package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
  private static final List<DeviceInfo> FOUND = Devices.discover();

  @Test
  void theHostIsFirstAndUsed() {
    DeviceInfo host = FOUND.getFirst();
    assertThat(host.id()).isEqualTo("host");
    assertThat(host.unusedBecause()).isEmpty();
    assertThat(host.freeBytes()).isBetween(1L << 20, host.totalBytes());
    assertThat(host.driver()).contains("bits");
  }

  @Test
  void everyInterfaceHasARowAndEveryRowThatIsUnusedSaysWhy() {
    for (var kind : List.of(DeviceInfo.Kind.OPENCL, DeviceInfo.Kind.VULKAN)) {
      assertThat(FOUND).anyMatch(device -> device.kind() == kind);
    }
    assertThat(FOUND.stream().map(DeviceInfo::id)).doesNotHaveDuplicates();
    assertThat(FOUND)
        .allMatch(device -> device.totalBytes() > 0 || device.unusedBecause().isPresent());
  }

  @Test
  void openClDevicesTellTheirMemory() {
    checkMemory(DeviceInfo.Kind.OPENCL);
  }

  @Test
  void vulkanDevicesTellTheirMemory() {
    checkMemory(DeviceInfo.Kind.VULKAN);
  }

  private static void checkMemory(DeviceInfo.Kind kind) {
    List<DeviceInfo> present =
        FOUND.stream().filter(device -> device.kind() == kind && device.totalBytes() > 0).toList();
    assumeTrue(!present.isEmpty(), "no " + kind + " device on this machine");
    for (DeviceInfo device : present) {
      assertThat(device.name()).isNotBlank();
      assertThat(device.driver()).isNotBlank();
      assertThat(device.freeBytes()).isBetween(1L, device.totalBytes());
      assertThat(device.largestAllocationBytes()).isPositive();
    }
  }

  /// A Vulkan device has staging memory; no model can have those bytes.
  @Test
  void whatADeviceKeepsForItselfIsNotFree() {
    try (Device device = GraphicsDevices.vulkan()) {
      DeviceInfo found =
          FOUND.stream()
              .filter(info -> info.id().equals(device.info().id()))
              .findFirst()
              .orElseThrow();
      long kept = device.allocatedBytes().orElseThrow();
      assumeTrue(device.driverBytes().isEmpty(), "the driver itself tells what is free");
      assertThat(kept).isPositive();
      assertThat(device.info().freeBytes()).isEqualTo(found.freeBytes() - kept);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"opencl:0", "vulkan:0"})
  void graphicsDevicesCountWhatTheyTake(String id) {
    assumeTrue(FOUND.stream().anyMatch(info -> info.id().equals(id)), "no device " + id);
    try (Device device = Devices.open(id, MatrixUnits.AUTO)) {
      long before = device.allocatedBytes().orElseThrow();
      try (DevicePool pool = device.openPool(1 << 20)) {
        assertThat(device.allocatedBytes()).hasValue(before + pool.bytes());
      }
      assertThat(device.allocatedBytes()).hasValue(before);
    }
  }

  @Test
  void aDeviceSeenTwiceIsUsedOnce() {
    Found first = found("opencl:0", "Radeon", "abc", null, false);
    assertThat(Devices.once(found("vulkan:0", "AMD Radeon", "abc", null, false), List.of(first)))
        .extracting(DeviceInfo::unusedBecause)
        .isEqualTo(Optional.of("the same device as opencl:0"));
    assertThat(seenTwice(found("vulkan:0", "Radeon", "abd", null, false), first)).isFalse();
    assertThat(seenTwice(found("vulkan:0", "radeon", null, "0000:01:00.0", false), first)).isTrue();
    assertThat(seenTwice(found("vulkan:0", "Radeon", null, null, true), first)).isFalse();
    Found atBus = found("opencl:1", "GeForce", null, "0000:02:00.0", false);
    assertThat(seenTwice(found("vulkan:1", "GeForce", null, "0000:03:00.0", false), atBus))
        .isFalse();
  }

  private static boolean seenTwice(Found found, Found earlier) {
    return Devices.once(found, List.of(earlier)).unusedBecause().isPresent();
  }

  private static Found found(
      String id,
      String name,
      @org.jspecify.annotations.Nullable String uuid,
      @org.jspecify.annotations.Nullable String pci,
      boolean cpu) {
    var info =
        new DeviceInfo(
            id, DeviceInfo.Kind.OPENCL, name, "driver", 1, 1, 1, false, Optional.empty());
    return new Found(info, Optional.ofNullable(uuid), Optional.ofNullable(pci), cpu, false);
  }

  @Test
  void theTableHasOneLineADeviceUnderItsHead() {
    List<String> lines =
        DeviceTable.lines(
            FOUND,
            device ->
                device.id().equals("host") ? OptionalDouble.of(2.34e10) : OptionalDouble.empty());
    assertThat(lines).hasSize(FOUND.size() + 1);
    assertThat(lines.getFirst()).startsWith("ID").endsWith("DRIVER");
    assertThat(lines.get(1)).startsWith("host ").contains(" GiB shared ", " 23.4 GB/s ", " yes ");
  }
}
