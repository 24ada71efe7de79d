package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelFileTest {
  /// What was found out about a device is of these kernels; none may be left out.
  @Test
  void everyFileOfKernelsIsKnown() throws IOException {
    try (var files = Files.list(Path.of("src/main/resources/kernels"))) {
      assertThat(KernelFile.NAMES)
          .containsExactlyInAnyOrderElementsOf(
              files.map(file -> file.getFileName().toString()).toList());
    }
    assertThat(KernelFile.everything()).contains("KERNEL(", "expert_product", "select");
  }
}
