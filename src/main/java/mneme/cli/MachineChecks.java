package mneme.cli;

import java.util.ArrayList;
import java.util.List;
import mneme.device.DeviceInfo;
import mneme.device.HostInfo;

/// What [Doctor] asks of Java and of the machine.
final class MachineChecks {
  private static final int LEAST_VECTOR_BITS = 128;
  private static final long LEAST_FREE_BYTES = 1L << 30;

  private MachineChecks() {}

  static List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(nativeAccess());
    findings.add(vectors());
    findings.add(memory());
    return findings;
  }

  private static Finding java() {
    String found =
        "%s %s, heap of at most %s"
            .formatted(
                System.getProperty("java.vm.name"),
                Runtime.version(),
                Humane.bytes(Runtime.getRuntime().maxMemory()));
    return Runtime.version().feature() >= 25
        ? Finding.ok("java", found)
        : Finding.problem("java", found, "install a JDK 25 or newer and set JAVA_HOME to it");
  }

  private static Finding nativeAccess() {
    return MachineChecks.class.getModule().isNativeAccessEnabled()
        ? Finding.ok("flags", "native access is enabled")
        : Finding.problem(
            "flags",
            "native access is not enabled",
            "start with ./mneme, or add --enable-native-access=ALL-UNNAMED");
  }

  private static Finding vectors() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Finding.problem(
          "vectors",
          "the Vector API is not there",
          "start with ./mneme, or add --add-modules=jdk.incubator.vector");
    }
    String driver = HostInfo.read().driver();
    int bits = HostInfo.vectorBits();
    return bits > LEAST_VECTOR_BITS
        ? Finding.ok("vectors", driver)
        : Finding.note(
            "vectors", driver, "vectors are short: the host computes slowly on this processor");
  }

  private static Finding memory() {
    DeviceInfo host = HostInfo.read();
    long withheld = HostInfo.withheldBytes();
    String found =
        "%s for this process, %s free%s"
            .formatted(
                Humane.bytes(host.totalBytes()),
                Humane.bytes(host.freeBytes()),
                withheld > 0
                    ? "; a control group withholds " + Humane.bytes(withheld) + " of the machine"
                    : "");
    return host.freeBytes() < LEAST_FREE_BYTES
        ? Finding.problem("memory", found, "end other programs, or raise the memory limit")
        : Finding.ok("memory", found);
  }
}
