package mneme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The house is swept: nothing unfinished, nothing switched off, nothing that ties the sources to
/// one machine. The patterns are written in two halves so that this file does not find itself.
class TidyTest {
  private static final Path MAIN = Path.of("src/main/java/mneme");
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern SWITCHED_OFF = Pattern.compile("@Dis" + "abled\\b");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "repo1?\\.ma"
              + "ven|ma"
              + "ven\\.apache\\.org/maven2|registry\\.np"
              + "mjs|deb\\.deb"
              + "ian");
  private static final Pattern MACHINE =
      Pattern.compile("(?<![\\w.])/(wo" + "rk|fa" + "rm|ho" + "me)/\\w");

  @Test
  void nothingIsLeftUnfinished() {
    assertThat(linesWith(UNFINISHED, sources(Path.of("src")))).isEmpty();
  }

  @Test
  void noTestIsSwitchedOff() {
    assertThat(linesWith(SWITCHED_OFF, sources(Path.of("src/test")))).isEmpty();
  }

  @Test
  void nothingNamesARegistryOrAMachine() {
    List<Path> everything =
        Stream.of(
                "src", "docs", "conf", ".ci", "README.md", "pom.xml", "mneme", "docker-compose.yml")
            .map(Path::of)
            .filter(Files::exists)
            .flatMap(path -> sources(path).stream())
            .toList();
    assertThat(linesWith(REGISTRY, everything)).isEmpty();
    assertThat(linesWith(MACHINE, everything)).isEmpty();
  }

  /// Not a gate: growth is to be seen and argued about.
  @Test
  void printsLinesPerRoom() {
    Map<String, Long> lines =
        sources(MAIN).stream()
            .filter(file -> file.toString().endsWith(".java"))
            .collect(
                Collectors.groupingBy(
                    TidyTest::room, TreeMap::new, Collectors.summingLong(f -> lines(f).size())));
    lines.forEach((room, count) -> System.out.printf("%7d lines in %s%n", count, room));
    System.out.printf("%7d lines in all%n", lines.values().stream().mapToLong(n -> n).sum());
    assertThat(lines).isNotEmpty();
  }

  private static String room(Path file) {
    Path inside = MAIN.relativize(file);
    return inside.getNameCount() == 1 ? "the front door" : inside.getName(0).toString();
  }

  private static List<String> linesWith(Pattern pattern, List<Path> files) {
    return files.stream()
        .flatMap(file ->
            lines(file).stream()
                .filter(line -> pattern.matcher(line).find())
                .map(line -> file + ": " + line.strip()))
        .toList();
  }

  private static List<Path> sources(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).filter(TidyTest::isText).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isText(Path file) {
    return !file.toString().matches(".*\\.(gguf|bin|png|zip|gz|spv|jar|safetensors)");
  }

  private static List<String> lines(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
