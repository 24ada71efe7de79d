package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A contract is worth what is held to it: each runs, whole, on every backend that can be.
class EveryBackendTest {
  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
          .importPackages("mneme.device", "mneme.model");

  /// On the host the sampler looks at whole rows, so there is nothing that chooses.
  private static final String NOT_ON_THE_HOST = "BestTokensContract";

  static Stream<JavaClass> contracts() {
    return TESTS.stream()
        .filter(type -> type.isAssignableTo(DeviceContract.class))
        .filter(type -> type.getSimpleName().endsWith("Contract"))
        .filter(type -> !type.isEquivalentTo(DeviceContract.class));
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void everyBackendKeepsTheWholeContract(JavaClass contract) {
    String name = contract.getSimpleName();
    Stream<String> backends =
        name.equals(NOT_ON_THE_HOST) ? Stream.of("Cl", "Vk") : Stream.of("Host", "Cl", "Vk");
    List<String> expected =
        backends.map(backend -> backend + name.replace("Contract", "Test")).toList();
    assertThat(contract.getSubclasses()).extracting(JavaClass::getSimpleName).containsAll(expected);
    for (JavaClass test : contract.getSubclasses()) {
      assertThat(test.getMethods())
          .as("what %s says beside which device it is", test.getSimpleName())
          .extracting(JavaMethod::getName)
          .containsOnly("open");
    }
  }
}
