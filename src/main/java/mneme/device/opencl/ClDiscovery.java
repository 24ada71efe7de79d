package mneme.device.opencl;

import static org.lwjgl.opencl.CL10.CL_DEVICE_EXTENSIONS;
import static org.lwjgl.opencl.CL10.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_NAME;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_ALL;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_CPU;
import static org.lwjgl.opencl.CL10.CL_DEVICE_VERSION;
import static org.lwjgl.opencl.CL10.CL_DRIVER_VERSION;
import static org.lwjgl.opencl.CL10.CL_PLATFORM_NAME;
import static org.lwjgl.opencl.CL10.clGetDeviceIDs;
import static org.lwjgl.opencl.CL10.clGetPlatformIDs;
import static org.lwjgl.opencl.CL11.CL_DEVICE_HOST_UNIFIED_MEMORY;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.Found;
import mneme.device.Natives;
import mneme.device.Signals;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.AMDDeviceAttributeQuery;
import org.lwjgl.opencl.AMDDeviceBoardName;
import org.lwjgl.opencl.CL;
import org.lwjgl.opencl.KHRDeviceUUID;
import org.lwjgl.opencl.KHRPCIBusInfo;
import org.lwjgl.system.MemoryStack;

/// Finds the devices that OpenCL shows.
public final class ClDiscovery {
  private static final String NOT_CHOSEN = "used only if mneme.engine.devices names it";
  private static final String IS_CPU = "this machine's processor, on which the host computes";

  /// Of `cl_nv_device_attribute_query`; LWJGL has no names for these two.
  private static final int PCI_BUS_ID_NV = 0x4008;

  private static final int PCI_SLOT_ID_NV = 0x4009;

  /// A device as the driver knows it.
  record Handle(long platform, long device, Found found) {}

  private final List<Handle> found = new ArrayList<>();

  /// What is wrong with platforms that give no devices.
  private final List<String> faults = new ArrayList<>();

  private ClDiscovery() {}

  /// Never fails: what cannot be used is a row that says why.
  public static List<Found> discover() {
    try {
      return everything().rows();
    } catch (LinkageError _) {
      return List.of(nothing("the OpenCL loader library is not installed"));
    } catch (DeviceException e) {
      return List.of(nothing(String.valueOf(e.getMessage())));
    }
  }

  /// @throws LinkageError if the loader library is not installed
  static List<Handle> devices() {
    return everything().found;
  }

  private static ClDiscovery everything() {
    Natives.prepare();
    return Signals.kept(() -> {
      CL.getFunctionProvider();
      var discovery = new ClDiscovery();
      discovery.platforms();
      return discovery;
    });
  }

  private List<Found> rows() {
    List<Found> rows = new ArrayList<>(found.stream().map(Handle::found).toList());
    if (!faults.isEmpty()) {
      rows.add(nothing(String.join("; ", faults)));
    } else if (rows.isEmpty()) {
      rows.add(nothing("no OpenCL driver is installed"));
    }
    return rows;
  }

  private static Found nothing(String because) {
    return Found.nothing(DeviceInfo.Kind.OPENCL, "opencl", because);
  }

  private void platforms() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      if (clGetPlatformIDs(null, count) != 0 || count.get(0) == 0) {
        return;
      }
      PointerBuffer platforms = stack.mallocPointer(count.get(0));
      ClErrors.check(clGetPlatformIDs(platforms, (IntBuffer) null), "asking for platforms");
      for (int i = 0; i < platforms.capacity(); i++) {
        platform(platforms.get(i));
      }
    }
  }

  /// Whatever is wrong with it, the other platforms can be used.
  private void platform(long platform) {
    String name = ClQuery.platformText(platform, CL_PLATFORM_NAME);
    int before = found.size();
    try {
      devices(platform);
      if (found.size() == before) {
        faults.add("the driver %s shows no device%s".formatted(name, hint(name)));
      }
    } catch (RuntimeException e) {
      faults.add("the driver %s fails: %s".formatted(name, e.getMessage()));
    }
  }

  /// Mesa's shows nothing unless it is told to, wherever it is installed.
  private static String hint(String driver) {
    return driver.equals("rusticl") ? " unless RUSTICL_ENABLE names its Mesa driver" : "";
  }

  private void devices(long platform) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, null, count) != 0 || count.get(0) == 0) {
        return; // before LWJGL asks for one, which it takes for granted
      }
      CL.createPlatformCapabilities(platform);
      PointerBuffer devices = stack.mallocPointer(count.get(0));
      ClErrors.check(
          clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, devices, (IntBuffer) null),
          "asking for devices");
      for (int i = 0; i < devices.capacity(); i++) {
        found.add(new Handle(platform, devices.get(i), device(platform, devices.get(i))));
      }
    }
  }

  private Found device(long platform, long device) {
    Set<String> extensions = Set.of(ClQuery.deviceText(device, CL_DEVICE_EXTENSIONS).split(" +"));
    boolean cpu = (ClQuery.deviceLong(device, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU) != 0;
    long total = ClQuery.deviceLong(device, CL_DEVICE_GLOBAL_MEM_SIZE);
    String driver =
        "%s, %s, driver %s"
            .formatted(
                ClQuery.platformText(platform, CL_PLATFORM_NAME),
                ClQuery.deviceText(device, CL_DEVICE_VERSION),
                ClQuery.deviceText(device, CL_DRIVER_VERSION));
    var info =
        new DeviceInfo(
            "opencl:" + found.size(),
            DeviceInfo.Kind.OPENCL,
            name(device, extensions),
            driver,
            total,
            tellsFree(extensions) ? freeBytes(device) : total,
            ClQuery.deviceLong(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
            ClQuery.deviceInt(device, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
            Optional.of(cpu ? IS_CPU : NOT_CHOSEN));
    return new Found(
        info, uuid(device, extensions), pci(device, extensions), cpu, tellsFree(extensions));
  }

  private static String name(long device, Set<String> extensions) {
    return extensions.contains("cl_amd_device_attribute_query")
        ? ClQuery.deviceText(device, AMDDeviceBoardName.CL_DEVICE_BOARD_NAME_AMD)
        : ClQuery.deviceText(device, CL_DEVICE_NAME);
  }

  /// AMD tells; others do not.
  private static boolean tellsFree(Set<String> extensions) {
    return extensions.contains("cl_amd_device_attribute_query");
  }

  /// Told in KiB.
  private static long freeBytes(long device) {
    return ClQuery.deviceLong(device, AMDDeviceAttributeQuery.CL_DEVICE_GLOBAL_FREE_MEMORY_AMD)
        << 10;
  }

  private static Optional<String> uuid(long device, Set<String> extensions) {
    if (!extensions.contains("cl_khr_device_uuid")) {
      return Optional.empty();
    }
    byte[] uuid = new byte[16];
    ClQuery.deviceBytes(device, KHRDeviceUUID.CL_DEVICE_UUID_KHR).get(0, uuid);
    return Optional.of(HexFormat.of().formatHex(uuid));
  }

  private static Optional<String> pci(long device, Set<String> extensions) {
    if (extensions.contains("cl_khr_pci_bus_info")) {
      ByteBuffer info = ClQuery.deviceBytes(device, KHRPCIBusInfo.CL_DEVICE_PCI_BUS_INFO_KHR);
      return Optional.of(
          "%04x:%02x:%02x.%x"
              .formatted(info.getInt(0), info.getInt(4), info.getInt(8), info.getInt(12)));
    }
    if (extensions.contains("cl_nv_device_attribute_query")) {
      int bus = ClQuery.deviceInt(device, PCI_BUS_ID_NV);
      int slot = ClQuery.deviceInt(device, PCI_SLOT_ID_NV);
      return Optional.of("%04x:%02x:%02x.%x".formatted(0, bus, slot >> 3, slot & 7));
    }
    return Optional.empty();
  }
}
