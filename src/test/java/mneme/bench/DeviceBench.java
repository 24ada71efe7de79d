package mneme.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceTable;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.host.HostDevice;
import mneme.device.probe.Ceiling;
import mneme.format.Encoding;
import mneme.model.RealShapes;

/// Measures decode and prefill of models of real shape with random weights, on each device, beside
/// what the device can do at most. Each row is printed when it is there; what is left of the time
/// is shared by the rows that are left. See [Options] for its words.
public final class DeviceBench {
  private final Options options;
  private final Printed printed;
  private final long endNs;

  DeviceBench(Options options, Printed printed) {
    this.options = options;
    this.printed = printed;
    this.endNs = System.nanoTime() + (long) (options.seconds() * 1e9);
  }

  public static void main(String[] words) {
    DeviceTable.lines(Devices.discover(), _ -> OptionalDouble.empty()).forEach(System.out::println);
    new DeviceBench(Options.of(words), new Printed(System.out)).run();
  }

  /// Lines that are there at once, whoever reads them.
  record Printed(PrintStream out) {
    void say(String form, Object... values) {
      out.printf(Locale.ROOT, form, values);
      out.flush();
    }
  }

  private record Subject(String device, RealShapes shape, Encoding encoding) {}

  /// The most telling first, on every device; then the next.
  private List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (RealShapes shape : options.shapes()) {
      for (Encoding encoding : options.encodings()) {
        for (String device : options.devices()) {
          subjects.add(new Subject(device, shape, encoding));
        }
      }
    }
    return subjects;
  }

  void run() {
    printed.say(
        "%n%d seconds for %d pairs of a model and a device%n",
        (int) options.seconds(), subjects().size());
    List<Subject> subjects = subjects();
    for (int i = 0; i < subjects.size(); i++) {
      Subject subject = subjects.get(i);
      double share = secondsLeft() / (subjects.size() - i);
      try (Device device = open(subject.device())) {
        measure(subject, device, share);
      } catch (DeviceException e) {
        printed.say(
            "%s %s: %s (%s)%n", subject.device(), subject.shape(), e.getMessage(), e.kind());
      }
    }
  }

  private static Device open(String id) {
    return id.equals("host")
        ? HostDevice.warming(Runtime.getRuntime().availableProcessors())
        : Devices.open(id, MatrixUnits.AUTO);
  }

  private double secondsLeft() {
    return Math.max(0, (endNs - System.nanoTime()) / 1e9);
  }

  private void measure(Subject subject, Device device, double seconds) {
    long start = System.nanoTime();
    Ceiling ceiling = Ceiling.of(device).orElseThrow();
    printed.say(
        "%n%s, %s: moves %.1f GB/s and computes %.2f TFLOP/s at most%n",
        subject.device(),
        device.info().name(),
        ceiling.bytesPerSecond() / 1e9,
        ceiling.flopsPerSecond() / 1e12);
    try (RandomModel model = new RandomModel(subject.shape(), subject.encoding())) {
      String name = subject.shape() + " " + subject.encoding();
      Forecast forecast = new Forecast(model, ceiling);
      if (forecast.leastSeconds() > seconds) {
        printed.say(
            "%s: left out, %.1f GB would take about %.0f s of its %.0f s%n",
            name, model.weightBytes() / 1e9, forecast.leastSeconds(), seconds);
        return;
      }
      double left = seconds - (System.nanoTime() - start) / 1e9;
      new ModelRows(options, model, device, ceiling).print(name, left, printed);
    }
  }

  /// Whether a model is worth beginning with.
  private record Forecast(RandomModel model, Ceiling ceiling) {
    /// That loading and a few steps take at the least, if the device does a tenth of what it can.
    double leastSeconds() {
      return 10 * 4 * model.weightBytes() / ceiling.bytesPerSecond();
    }
  }
}
