package mneme.device.probe;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The command that starts another JVM like this one: the same Java, classes and flags, but for
/// flags that only one process can have or that would tell tales of its end.
final class ChildJvm {
  private static final List<String> NOT_FOR_TWO =
      List.of(
          "-agentlib",
          "-agentpath",
          "-javaagent",
          "-Xdebug",
          "-Xrun",
          "-Xlog",
          "-Xloggc",
          "-Xms",
          "-XX:+AlwaysPreTouch",
          "-XX:StartFlightRecording",
          "-XX:FlightRecorderOptions",
          "-XX:ErrorFile",
          "-XX:HeapDumpPath",
          "-XX:+HeapDumpOnOutOfMemoryError",
          "-XX:OnError",
          "-XX:OnOutOfMemoryError",
          "-XX:NativeMemoryTracking",
          "-Dcom.sun.management");

  /// What variables of the environment add to the flags is among them already.
  private static final List<String> FLAGS_IN_ENVIRONMENT =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private ChildJvm() {}

  /// @param errorFile where the JVM writes what it has to say if it crashes
  static ProcessBuilder of(Path errorFile, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(flags(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    command.add("-XX:ErrorFile=" + errorFile);
    command.add("-XX:-CreateCoredumpOnCrash");
    command.addAll(List.of("-cp", classPath(), mainClass));
    command.addAll(List.of(arguments));
    ProcessBuilder child = new ProcessBuilder(command);
    FLAGS_IN_ENVIRONMENT.forEach(child.environment()::remove);
    return child;
  }

  static List<String> flags(List<String> own) {
    return own.stream().filter(flag -> NOT_FOR_TWO.stream().noneMatch(flag::startsWith)).toList();
  }

  /// That of this runtime, which a packed one has too; else what this process was started with.
  private static String java() {
    Path bin = Path.of(System.getProperty("java.home"), "bin");
    Optional<Path> own =
        Stream.of("java", "java.exe").map(bin::resolve).filter(Files::isExecutable).findFirst();
    return own.map(Path::toString)
        .or(() -> ProcessHandle.current().info().command())
        .orElse("java");
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
