package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_PHYSICAL_DEVICE_TYPE_CPU;
import static org.lwjgl.vulkan.VK10.VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
import static org.lwjgl.vulkan.VK10.vkCreateInstance;
import static org.lwjgl.vulkan.VK10.vkDestroyInstance;
import static org.lwjgl.vulkan.VK10.vkEnumerateDeviceExtensionProperties;
import static org.lwjgl.vulkan.VK10.vkEnumeratePhysicalDevices;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceProperties2;
import static org.lwjgl.vulkan.VK12.VK_API_VERSION_1_2;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.Found;
import mneme.device.Signals;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.EXTMemoryBudget;
import org.lwjgl.vulkan.EXTPciBusInfo;
import org.lwjgl.vulkan.VK;
import org.lwjgl.vulkan.VkApplicationInfo;
import org.lwjgl.vulkan.VkExtensionProperties;
import org.lwjgl.vulkan.VkInstance;
import org.lwjgl.vulkan.VkInstanceCreateInfo;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceDriverProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceIDProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceMaintenance3Properties;
import org.lwjgl.vulkan.VkPhysicalDevicePCIBusInfoPropertiesEXT;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties2;

/// Finds the devices that Vulkan shows.
public final class VkDiscovery {
  private static final String NOT_CHOSEN = "used only if mneme.engine.devices names it";
  private static final String IS_CPU = "this machine's processor, on which the host computes";

  private VkDiscovery() {}

  /// Never fails: what cannot be used is a row that says why.
  public static List<Found> discover() {
    try {
      if (VK.getInstanceVersionSupported() < VK_API_VERSION_1_2) {
        return List.of(nothing("the Vulkan loader is older than 1.2"));
      }
      List<Found> found = Signals.kept(VkDiscovery::devices);
      return found.isEmpty() ? List.of(nothing("no Vulkan driver shows a device")) : found;
    } catch (LinkageError _) {
      return List.of(nothing("the Vulkan loader library is not installed"));
    } catch (DeviceException e) {
      return List.of(nothing(String.valueOf(e.getMessage())));
    }
  }

  private static Found nothing(String because) {
    return Found.nothing(DeviceInfo.Kind.VULKAN, "vulkan", because);
  }

  private static List<Found> devices() {
    VkInstance instance = instance();
    try {
      List<Found> found = new ArrayList<>();
      for (VkPhysicalDevice device : devices(instance)) {
        found.add(device(device, found.size()));
      }
      return found;
    } finally {
      vkDestroyInstance(instance, null);
    }
  }

  /// To be destroyed by the caller.
  ///
  /// @throws LinkageError if the loader library is not installed
  static VkInstance instance() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      VkApplicationInfo application =
          VkApplicationInfo.calloc(stack).sType$Default().apiVersion(VK_API_VERSION_1_2);
      VkInstanceCreateInfo create =
          VkInstanceCreateInfo.calloc(stack).sType$Default().pApplicationInfo(application);
      PointerBuffer handle = stack.mallocPointer(1);
      VkErrors.check(vkCreateInstance(create, null, handle), "opening Vulkan");
      return new VkInstance(handle.get(0), create);
    }
  }

  /// In the order that gives them their numbers.
  static List<VkPhysicalDevice> devices(VkInstance instance) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      VkErrors.check(vkEnumeratePhysicalDevices(instance, count, null), "asking for devices");
      PointerBuffer handles = stack.mallocPointer(count.get(0));
      VkErrors.check(vkEnumeratePhysicalDevices(instance, count, handles), "asking for devices");
      List<VkPhysicalDevice> devices = new ArrayList<>();
      for (int i = 0; i < handles.capacity(); i++) {
        devices.add(new VkPhysicalDevice(handles.get(i), instance));
      }
      return devices;
    }
  }

  static Found device(VkPhysicalDevice device, int index) {
    Set<String> extensions = extensions(device);
    boolean hasPci = extensions.contains(EXTPciBusInfo.VK_EXT_PCI_BUS_INFO_EXTENSION_NAME);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var ids = VkPhysicalDeviceIDProperties.calloc(stack).sType$Default();
      var limits = VkPhysicalDeviceMaintenance3Properties.calloc(stack).sType$Default();
      var driver = VkPhysicalDeviceDriverProperties.calloc(stack).sType$Default();
      var pci = VkPhysicalDevicePCIBusInfoPropertiesEXT.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
      all.pNext(ids).pNext(limits).pNext(driver);
      if (hasPci) {
        all.pNext(pci);
      }
      vkGetPhysicalDeviceProperties2(device, all);
      int type = all.properties().deviceType();
      boolean cpu = type == VK_PHYSICAL_DEVICE_TYPE_CPU;
      // Of a processor the budget is that of the whole machine, and moves with every process on it.
      boolean tellsFree =
          !cpu && extensions.contains(EXTMemoryBudget.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
      VkHeap heap = VkHeap.of(device, tellsFree);
      var info =
          new DeviceInfo(
              "vulkan:" + index,
              DeviceInfo.Kind.VULKAN,
              all.properties().deviceNameString(),
              "%s, %s".formatted(driver.driverNameString(), driver.driverInfoString()),
              heap.bytes(),
              heap.freeBytes(),
              VkMemories.largestBytes(limits.maxMemoryAllocationSize()),
              cpu || type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
              Optional.of(unusedBecause(device, cpu)));
      return new Found(
          info,
          Optional.of(hexadecimal(ids.deviceUUID())),
          hasPci ? Optional.of(address(pci)) : Optional.empty(),
          cpu,
          tellsFree);
    }
  }

  private static String unusedBecause(VkPhysicalDevice device, boolean cpu) {
    return VkFeatures.missing(device)
        .map(missing -> "the kernels need " + missing)
        .orElse(cpu ? IS_CPU : NOT_CHOSEN);
  }

  private static String hexadecimal(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }

  private static String address(VkPhysicalDevicePCIBusInfoPropertiesEXT pci) {
    return "%04x:%02x:%02x.%x"
        .formatted(pci.pciDomain(), pci.pciBus(), pci.pciDevice(), pci.pciFunction());
  }

  static Set<String> extensions(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      VkErrors.check(
          vkEnumerateDeviceExtensionProperties(device, (String) null, count, null),
          "asking for extensions");
      try (var properties = VkExtensionProperties.malloc(count.get(0))) {
        VkErrors.check(
            vkEnumerateDeviceExtensionProperties(device, (String) null, count, properties),
            "asking for extensions");
        Set<String> names = new HashSet<>();
        properties.forEach(property -> names.add(property.extensionNameString()));
        return names;
      }
    }
  }
}
