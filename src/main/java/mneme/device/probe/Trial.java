package mneme.device.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tries a device in a process of its own, because a broken driver ends the process it is in, or
/// never comes back.
final class Trial {
  private static final long KILLING_SECONDS = 5;

  /// Exit codes above this are signals.
  private static final int SIGNALS = 128;

  private static final int KILL = 9;
  private static final int TERMINATE = 15;

  /// What a crashing JVM blames, in its error file.
  private static final Pattern FRAME = Pattern.compile("# Problematic frame:\\R# (.*)");

  private final String mainClass;
  private final Duration patience;

  Trial(Duration patience) {
    this(TrialProcess.class.getName(), patience);
  }

  /// @param mainClass speaks as [TrialProcess] does
  Trial(String mainClass, Duration patience) {
    this.mainClass = mainClass;
    this.patience = patience;
  }

  /// Blocks until the process has ended, or was ended because it took too long.
  Verdict of(String... arguments) {
    try {
      Path folder = Files.createTempDirectory("mneme-trial");
      try {
        return of(folder, arguments);
      } finally {
        delete(folder);
      }
    } catch (IOException | UncheckedIOException e) {
      return new Verdict.Untried("no process can be started: " + e.getMessage());
    }
  }

  private Verdict of(Path folder, String... arguments) throws IOException {
    Path said = folder.resolve("said");
    Path errorFile = folder.resolve("error");
    Process process =
        ChildJvm.of(errorFile, mainClass, arguments)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    boolean hasEnded = await(process);
    List<String> lines = lines(said);
    if (!hasEnded) {
      return new Verdict.Failed("did not end within " + words(patience), false);
    }
    return judged(process.exitValue(), lines, blamed(errorFile));
  }

  private boolean await(Process process) {
    boolean hasEnded = false;
    try {
      hasEnded = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!hasEnded) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(KILLING_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    return hasEnded;
  }

  private static Verdict judged(int code, List<String> lines, Optional<String> blamed) {
    List<String> told = lines.stream().flatMap(line -> told(line).stream()).toList();
    String last = lines.isEmpty() ? "it said nothing" : lines.getLast();
    if (!told.contains(TrialProcess.BEGUN)) {
      return new Verdict.Untried("another JVM does not start (code %d): %s".formatted(code, last));
    }
    if (code != 0) {
      return blamed
          .<Verdict>map(frame -> new Verdict.Failed("crashed in " + frame, true))
          .orElseGet(() -> ended(code, last));
    }
    String end = told.getLast();
    if (end.startsWith(TrialProcess.PASSED)) {
      return new Verdict.Passed(end.substring(TrialProcess.PASSED.length()), speed(told));
    }
    return end.startsWith(TrialProcess.FAILED)
        ? new Verdict.Failed(end.substring(TrialProcess.FAILED.length()), true)
        : new Verdict.Failed(end.replace(TrialProcess.UNABLE, ""), false);
  }

  private static Optional<String> told(String line) {
    int at = line.lastIndexOf(TrialProcess.MARK);
    return at < 0
        ? Optional.empty()
        : Optional.of(line.substring(at + TrialProcess.MARK.length()).strip());
  }

  private static double speed(List<String> told) {
    return told.stream()
        .filter(words -> words.startsWith(TrialProcess.SPEED))
        .mapToDouble(words -> Double.parseDouble(words.substring(TrialProcess.SPEED.length())))
        .findFirst()
        .orElse(0);
  }

  /// Someone else may have killed the process, such as a system short of memory.
  private static Verdict ended(int code, String last) {
    int signal = code - SIGNALS;
    boolean isByOthers = signal == KILL || signal == TERMINATE;
    String words = "ended its process with code %d: %s".formatted(code, last);
    return new Verdict.Failed(words, !isByOthers);
  }

  private static Optional<String> blamed(Path errorFile) throws IOException {
    if (!Files.exists(errorFile)) {
      return Optional.empty();
    }
    return FRAME
        .matcher(String.join("\n", lines(errorFile)))
        .results()
        .map((MatchResult frame) -> frame.group(1).strip())
        .findFirst();
  }

  /// Whatever the encoding.
  private static List<String> lines(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /// What is left after that goes with the system's temporary files.
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException _) {
      // the verdict stands without it
    }
  }

  private static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
