package mneme.device.probe;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mneme.device.Bandwidth;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.SelfTest;
import mneme.device.host.HostDevice;

/// The process in which a device is tried: it may crash or hang, and takes nobody with it.
final class TrialProcess {
  /// Begins what it has to say; drivers may say things too.
  static final String MARK = "mneme-trial: ";

  static final String BEGUN = "begun";
  static final String SPEED = "speed ";
  static final String PASSED = "passed ";

  /// It computes wrongly or not at all, now and for ever.
  static final String FAILED = "failed ";

  /// It cannot do it now.
  static final String UNABLE = "unable ";

  /// As an argument: how fast is it, too?
  static final String MEASURE = "--speed";

  /// As the beginning of an argument: what is set of matrix units.
  static final String UNITS = "--matrix-units=";

  private static final double MOST_ERROR = 1e-4;

  private TrialProcess() {}

  /// @param args the device's id; [#MEASURE] if its speed is asked for; [#UNITS] and the setting,
  ///   if it is not AUTO
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().start(TrialProcess::endWithParent);
    say(out, BEGUN);
    say(out, tried(List.of(args), out));
    out.flush();
    Runtime.getRuntime().halt(0); // what drivers do at an exit is not what is asked here
  }

  /// Standard input ends when the process that asked has ended.
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException _) {
      // ended, too
    }
    Runtime.getRuntime().halt(1);
  }

  private static void say(PrintStream out, String words) {
    out.println();
    out.println(MARK + words.replaceAll("\\s*\\R\\s*", "; "));
  }

  /// 0 if the device has no room for that.
  private static double bytesPerSecond(Device device) {
    try {
      return Bandwidth.bytesPerSecond(device);
    } catch (DeviceException e) {
      if (e.kind() == DeviceException.Kind.OUT_OF_MEMORY) {
        return 0;
      }
      throw e;
    }
  }

  private static MatrixUnits units(List<String> args) {
    return args.stream()
        .filter(arg -> arg.startsWith(UNITS))
        .map(arg -> MatrixUnits.valueOf(arg.substring(UNITS.length())))
        .findFirst()
        .orElse(MatrixUnits.AUTO);
  }

  private static String tried(List<String> args, PrintStream out) {
    String id = args.getFirst();
    try (Device device = id.equals("host") ? new HostDevice() : Devices.open(id, units(args))) {
      double error = SelfTest.largestError(device);
      if (!(error < MOST_ERROR)) {
        return FAILED
            + "it computes wrongly: a number is off by %.3g, at most %.3g is sound"
                .formatted(error, MOST_ERROR);
      }
      Optional<String> fault = KernelTour.fault(device);
      if (fault.isPresent()) {
        return FAILED + "it computes wrongly: " + fault.get();
      }
      if (args.contains(MEASURE)) {
        say(out, SPEED + bytesPerSecond(device));
      }
      return PASSED
          + String.format(Locale.ROOT, "computes rightly (largest difference %.1e)", error);
    } catch (DeviceException e) {
      return switch (e.kind()) {
        case BUILD_FAILED, FAILED -> FAILED + e.getMessage();
        case OUT_OF_MEMORY, LOST -> UNABLE + e.getMessage();
      };
    } catch (RuntimeException | LinkageError e) {
      return UNABLE + e;
    }
  }
}
