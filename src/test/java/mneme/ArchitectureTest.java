package mneme;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The floor plan of Mneme: which room may import which, and where foreign libraries stop.
class ArchitectureTest {
  private static final Path ROOMS = Path.of("src/main/java/mneme");

  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("format", Set.of()),
              Map.entry("memory", Set.of("format")),
              Map.entry("graph", Set.of("memory", "format")),
              Map.entry("model", Set.of("graph", "memory", "format")),
              Map.entry("text", Set.of("format")),
              Map.entry("device", Set.of("graph", "memory", "format")),
              Map.entry("schedule", Set.of("memory")),
              Map.entry("store", Set.of("format")),
              Map.entry(
                  "engine",
                  Set.of(
                      "schedule", "store", "model", "device", "graph", "memory", "text", "format")),
              Map.entry("cluster", Set.of("engine", "memory", "text", "format")),
              Map.entry("api", Set.of("engine", "cluster", "text", "store", "memory", "format")),
              Map.entry(
                  "cli",
                  Set.of(
                      "api",
                      "cluster",
                      "engine",
                      "schedule",
                      "store",
                      "model",
                      "device",
                      "graph",
                      "memory",
                      "text",
                      "format"))));

  /// Foreign package, and the rooms that may use it.
  private static final Map<String, Set<String>> STOPS_AT =
      Map.of(
          "org.lwjgl..", Set.of("device"),
          "org.apache.pekko..", Set.of("engine", "cluster", "api", "cli"),
          "picocli..", Set.of("cli"),
          "org.jline..", Set.of("cli"),
          "io.prometheus..", Set.of("api"),
          "com.fasterxml.jackson..", Set.of("format", "text", "store", "api", "cluster", "cli"));

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("mneme");

  @Test
  void everyRoomImportsOnlyWhatTheFloorPlanAllows() {
    MAY_IMPORT.forEach((room, allowed) -> {
      String[] forbidden =
          MAY_IMPORT.keySet().stream()
              .filter(other -> !other.equals(room) && !allowed.contains(other))
              .map(ArchitectureTest::inside)
              .toArray(String[]::new);
      if (forbidden.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(inside(room))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(forbidden)
            .allowEmptyShould(true)
            .check(HOUSE);
      }
    });
  }

  @Test
  void noRoomKnowsTheFrontDoor() {
    noClasses()
        .that()
        .resideInAPackage("mneme.*..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("mneme")
        .check(HOUSE);
  }

  @Test
  void foreignLibrariesStopWhereTheyShould() {
    STOPS_AT.forEach((library, rooms) ->
        noClasses()
            .that()
            .resideOutsideOfPackages(
                rooms.stream().map(ArchitectureTest::inside).toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library)
            .allowEmptyShould(true)
            .check(HOUSE));
  }

  @Test
  void everyActorLivesInEngineOrCluster() {
    classes()
        .that()
        .areAssignableTo("org.apache.pekko.actor.typed.ExtensibleBehavior")
        .should()
        .resideInAnyPackage(inside("engine"), inside("cluster"))
        .allowEmptyShould(true)
        .check(HOUSE);
  }

  @Test
  void noClassIsNamedForACombination() {
    noClasses()
        .that()
        .resideInAPackage("mneme..")
        .should()
        .haveNameMatching(
            ".*(Hybrid\\w+|Llama\\w*(Host|OpenCl|Vulkan)|Q\\d\\w*(Attention|Cache)).*")
        .check(HOUSE);
  }

  @Test
  void everyRoomIsOnThePlanAndEveryPackageSaysWhatItIs() throws IOException {
    try (var entries = Files.list(ROOMS)) {
      assertThat(entries.filter(Files::isDirectory).map(room -> room.getFileName().toString()))
          .as("rooms without a place on the floor plan")
          .isSubsetOf(MAY_IMPORT.keySet());
    }
    try (var files = Files.walk(ROOMS)) {
      files
          .filter(Files::isDirectory)
          .filter(folder -> !folder.equals(ROOMS))
          .forEach(ArchitectureTest::saysWhatItIs);
    }
  }

  private static void saysWhatItIs(Path folder) {
    Path page = folder.resolve("package-info.java");
    assertThat(page).exists();
    assertThat(page).content().startsWith("///").contains("@NullMarked");
  }

  private static String inside(String room) {
    return "mneme." + room + "..";
  }
}
