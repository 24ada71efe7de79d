package mneme.device;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/// What this process may use of the machine it runs on.
public final class HostInfo {
  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");

  private HostInfo() {}

  /// With a thread for each processor.
  public static DeviceInfo read() {
    return read(Runtime.getRuntime().availableProcessors());
  }

  /// Memory is the machine's, or what its control group leaves this process.
  ///
  /// @param threads that compute
  public static DeviceInfo read(int threads) {
    long total = system().getTotalMemorySize();
    String driver =
        "Java %s, vectors of %d bits, %d threads"
            .formatted(Runtime.version().feature(), vectorBits(), threads);
    return new DeviceInfo(
        "host",
        DeviceInfo.Kind.HOST,
        cpuName(),
        driver,
        total,
        freeBytes(total),
        total,
        true,
        Optional.empty());
  }

  /// Of the widest vectors that this processor has.
  public static int vectorBits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  /// Memory that a control group keeps from this process; 0 if there is none.
  public static long withheldBytes() {
    long machine = field(MEMORY, "MemTotal").map(HostInfo::kibibytes).orElse(0L);
    return Math.max(0, machine - system().getTotalMemorySize());
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  /// Linux counts memory that caches hold as available, the JVM counts it as used; under a control
  /// group only the JVM knows the limit.
  private static long freeBytes(long total) {
    long free = system().getFreeMemorySize();
    boolean limited = field(MEMORY, "MemTotal").map(HostInfo::kibibytes).orElse(0L) > total;
    long available = field(MEMORY, "MemAvailable").map(HostInfo::kibibytes).orElse(free);
    return limited ? Math.min(free, available) : available;
  }

  private static long kibibytes(String text) {
    return Long.parseLong(text.replace(" kB", "").strip()) << 10;
  }

  private static String cpuName() {
    return field(CPU, "model name").orElseGet(() -> System.getProperty("os.arch"));
  }

  private static Optional<String> field(Path file, String name) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
