package mneme.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import mneme.device.accelerator.AcceleratedDevice;
import mneme.device.accelerator.Accelerator;
import mneme.device.opencl.ClAccelerators;
import mneme.device.opencl.ClDevice;
import mneme.device.probe.Ceiling;
import mneme.device.vulkan.VkAccelerators;
import mneme.device.vulkan.VulkanDevice;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/// The devices that the tests of a backend run on: the first of its kind, or the one that the
/// system property `mneme.test.opencl` or `mneme.test.vulkan` names. Without it they are skipped.
///
/// Each is opened once and lent to every test, as compiling its kernels is slow. One that no longer
/// answers is opened anew for the next test; all are closed when the last test has ended.
public final class GraphicsDevices implements LauncherSessionListener {
  private static final String UNITS = " with its matrix units";

  private static final Map<String, Device> OPEN = new TreeMap<>();

  public static Device openCl() {
    return lend("opencl", ClDevice::open);
  }

  public static Device vulkan() {
    return lend("vulkan", id -> VulkanDevice.open(id, MatrixUnits.OFF));
  }

  /// The same device with its matrix units, even if a processor emulates them; skipped where it has
  /// none.
  public static Device matrixUnits() {
    Device device = lend("vulkan", UNITS, id -> VulkanDevice.open(id, MatrixUnits.ON));
    assumeTrue(device.hasMatrixUnits(), device.info().name() + " has no matrix units");
    return device;
  }

  /// The same device, for tests that put something between it and its kernels.
  public static Accelerator openClAccelerator() {
    return open("opencl", ClAccelerators::open);
  }

  public static Accelerator vulkanAccelerator() {
    return open("vulkan", id -> VkAccelerators.open(id, MatrixUnits.OFF));
  }

  /// The same with its matrix units; skipped where it has none.
  public static Accelerator matrixUnitsAccelerator() {
    matrixUnits();
    return open("vulkan", id -> VkAccelerators.open(id, MatrixUnits.ON));
  }

  /// A device that computes with `accelerator`.
  ///
  /// @param largestBytes most that it allocates at once
  public static Device of(Accelerator accelerator, long largestBytes) {
    var info =
        new DeviceInfo(
            "test",
            DeviceInfo.Kind.NONE,
            "test",
            "test",
            1L << 40,
            1L << 40,
            largestBytes,
            true,
            Optional.empty());
    return new AcceleratedDevice(info, accelerator);
  }

  private static <T> T open(String kind, Function<String, T> opening) {
    String id = id(kind);
    assumeTrue(Present.IDS.contains(id), "no device " + id + " on this machine");
    return opening.apply(id);
  }

  private static String id(String kind) {
    return System.getProperty("mneme.test." + kind, kind + ":0");
  }

  private static Device lend(String kind, Function<String, Device> opening) {
    return lend(kind, "", opening);
  }

  /// @param how it is opened, where that makes another of it
  private static synchronized Device lend(
      String kind, String how, Function<String, Device> opening) {
    String id = id(kind);
    assumeTrue(Present.IDS.contains(id), "no device " + id + " on this machine");
    Device open = OPEN.get(id + how);
    if (open != null && !answers(open)) {
      OPEN.remove(id + how); // not closed: a driver may not come back from that
    }
    return new Lent(OPEN.computeIfAbsent(id + how, _ -> opening.apply(id)));
  }

  private static boolean answers(Device device) {
    try (Arena arena = Arena.ofConfined();
        DevicePool pool = device.openPool(256)) {
      pool.read(0, arena.allocate(4));
      return true;
    } catch (DeviceException _) {
      return false;
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    synchronized (GraphicsDevices.class) {
      OPEN.values().forEach(Device::close);
      OPEN.clear();
    }
  }

  /// Looked for when first asked: a run without such tests loads no driver.
  private static final class Present {
    static final Set<String> IDS =
        Devices.discover().stream().map(DeviceInfo::id).collect(Collectors.toSet());
  }

  /// A device that outlives its borrower.
  private static final class Lent extends WrappedDevice implements Ceiling.Finder {
    private final Device device;

    Lent(Device device) {
      super(device);
      this.device = device;
    }

    @Override
    public Ceiling ceiling() {
      return Ceiling.of(device).orElseThrow();
    }

    @Override
    public void close() {}
  }
}
