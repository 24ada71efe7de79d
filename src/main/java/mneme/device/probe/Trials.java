package mneme.device.probe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import mneme.device.DeviceInfo;
import mneme.device.MatrixUnits;
import mneme.device.accelerator.KernelFile;
import org.lwjgl.Version;

/// Which devices this version of Mneme can rely on under their drivers: each is tried once, and the
/// verdict remembered. One that is not final holds until the device is tried again.
public final class Trials {
  private static final String KIND = "trial";

  /// What a verdict is of, beside device and driver.
  private static final String VERSION = version();

  /// How a device is tried.
  interface Trying {
    Verdict of(String... arguments);
  }

  private final Notes notes;
  private final Speeds speeds;
  private final Trying trying;
  private final List<String> arguments;
  private final String version;

  /// @param patience after which a trial has failed
  /// @param units what is set of matrix units: a verdict is of the kernels that are used
  public Trials(Notes notes, Duration patience, MatrixUnits units) {
    this(notes, new Trial(patience)::of, units);
  }

  Trials(Notes notes, Trying trying, MatrixUnits units) {
    this.notes = notes;
    this.speeds = new Speeds(notes);
    this.trying = trying;
    this.arguments = units == MatrixUnits.AUTO ? List.of() : List.of(TrialProcess.UNITS + units);
    this.version = String.join(" ", VERSION, String.join(" ", arguments)).strip();
  }

  /// The verdict that is known, if it is final or the device passed; else that of a trial, which
  /// blocks for some seconds.
  public Verdict of(DeviceInfo device) {
    return known(device).filter(Trials::holds).orElseGet(() -> kept(device, device.id()));
  }

  private static boolean holds(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Passed _ -> true;
      case Verdict.Failed failed -> failed.isFinal();
      case Verdict.Untried _ -> false;
    };
  }

  /// Tries the device whatever is known of it, and measures its speed.
  public Verdict again(DeviceInfo device) {
    Verdict verdict = kept(device, device.id(), TrialProcess.MEASURE);
    if (verdict instanceof Verdict.Passed(_, var bytesPerSecond) && bytesPerSecond > 0) {
      speeds.keep(device, bytesPerSecond);
    }
    return verdict;
  }

  private Verdict kept(DeviceInfo device, String... what) {
    List<String> all = Stream.concat(Stream.of(what), arguments.stream()).toList();
    Verdict verdict = trying.of(all.toArray(String[]::new));
    switch (verdict) {
      case Verdict.Passed passed -> keep(device, "passed", passed.words());
      case Verdict.Failed failed ->
          keep(device, failed.isFinal() ? "failed" : "unable", failed.words());
      case Verdict.Untried _ -> {}
    }
    return verdict;
  }

  private void keep(DeviceInfo device, String verdict, String words) {
    notes.keep(device, KIND, "%s%n%s%n%s%n".formatted(verdict, version, words));
  }

  /// The last verdict of this version.
  public Optional<Verdict> known(DeviceInfo device) {
    List<String> lines =
        notes.read(device, KIND).map(text -> text.lines().toList()).orElse(List.of());
    if (lines.size() < 3 || !lines.get(1).equals(version)) {
      return Optional.empty();
    }
    return switch (lines.getFirst()) {
      case "passed" -> Optional.of(new Verdict.Passed(lines.get(2), 0));
      case "failed" -> Optional.of(new Verdict.Failed(lines.get(2), true));
      case "unable" -> Optional.of(new Verdict.Failed(lines.get(2), false));
      default -> Optional.empty();
    };
  }

  private static String version() {
    String mneme = Trials.class.getPackage().getImplementationVersion();
    try {
      byte[] kernels =
          MessageDigest.getInstance("SHA-256")
              .digest(KernelFile.everything().getBytes(StandardCharsets.UTF_8));
      return "Mneme %s, LWJGL %s, kernels %s"
          .formatted(
              Optional.ofNullable(mneme).orElse("development"),
              Version.getVersion(),
              HexFormat.of().formatHex(kernels));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
