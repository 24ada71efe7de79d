package mneme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A map that nobody tests rots. Every `room/Class`, every path and every link that a document
/// names must exist. A name with a placeholder (`<Name>`, `*`) is a recipe and is not looked up.
class DocsTest {
  private static final Pattern CODE = Pattern.compile("`([^`\\s]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
  private static final Pattern CLASS = Pattern.compile("[a-z][a-z/]*/[A-Z]\\w*");
  private static final Pattern FILE =
      Pattern.compile("(?:src|docs|conf|\\.ci|\\.mvn)/[\\w./-]+|(?:pom\\.xml|README\\.md|LICENSE)");
  private static final List<String> SOURCES =
      List.of("src/main/java/mneme", "src/test/java/mneme", "src/main/resources");

  @Test
  void everyClassAndPathNamedInTheDocsExists() {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      matches(CODE, page).filter(name -> !exists(name)).forEach(n -> dead.add(page + ": " + n));
    }
    assertThat(dead).as("names in the documents that stand for nothing").isEmpty();
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      matches(LINK, page)
          .filter(target -> !target.contains("://") && !target.startsWith("mailto:"))
          .filter(target -> !Files.exists(page.resolveSibling(target)))
          .forEach(target -> dead.add(page + ": " + target));
    }
    assertThat(dead).as("links in the documents that lead nowhere").isEmpty();
  }

  private static boolean exists(String name) {
    if (name.contains("<") || name.contains("*")) {
      return true;
    }
    if (CLASS.matcher(name).matches()) {
      return SOURCES.stream().anyMatch(root -> Files.exists(Path.of(root, name + ".java")));
    }
    return !FILE.matcher(name).matches() || Files.exists(Path.of(name));
  }

  private static Stream<String> matches(Pattern pattern, Path page) {
    try {
      return pattern
          .matcher(Files.readString(page))
          .results()
          .map((MatchResult match) -> match.group(1))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> pages() {
    try (var docs =
        Files.exists(Path.of("docs")) ? Files.walk(Path.of("docs")) : Stream.<Path>of()) {
      return Stream.concat(Stream.of(Path.of("README.md")), docs)
          .filter(page -> page.toString().endsWith(".md") && Files.exists(page))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
