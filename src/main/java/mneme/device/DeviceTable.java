package mneme.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Devices as lines of text, one column under the other.
public final class DeviceTable {
  private static final List<String> HEAD =
      List.of("ID", "NAME", "MEMORY", "FREE", "LARGEST", "SPEED", "USED", "DRIVER");

  private DeviceTable() {}

  /// @param speed bytes a second that the device moves of its own memory; empty if nobody measured
  ///   it
  public static List<String> lines(
      List<DeviceInfo> devices, Function<DeviceInfo, OptionalDouble> speed) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    devices.forEach(device -> rows.add(row(device, speed.apply(device))));
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static List<String> row(DeviceInfo device, OptionalDouble speed) {
    String used = device.unusedBecause().map(because -> "no: " + because).orElse("yes");
    return List.of(
        device.id(),
        device.name(),
        size(device.totalBytes()) + (device.unified() ? " shared" : ""),
        size(device.freeBytes()),
        size(device.largestAllocationBytes()),
        speed.isPresent()
            ? String.format(Locale.ROOT, "%.1f GB/s", speed.getAsDouble() / 1e9)
            : "-",
        used,
        device.driver());
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      line.append(cell).repeat(' ', widths[column] - cell.length() + 2);
    }
    return line.toString().stripTrailing();
  }

  private static String size(long bytes) {
    if (bytes == 0) {
      return "-";
    }
    double gibibytes = bytes / (double) (1 << 30);
    return String.format(Locale.ROOT, gibibytes < 10 ? "%.1f GiB" : "%.0f GiB", gibibytes);
  }
}
