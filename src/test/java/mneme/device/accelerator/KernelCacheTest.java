package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  @TempDir private Path folder;
  private int compilations;

  private final Supplier<byte[]> compiler = () -> new byte[] {1, 2, (byte) ++compilations};

  private byte[] get(String compilerName, String source) {
    return new KernelCache(folder, compilerName).get(source, compiler);
  }

  @Test
  void compilesASourceOnceForACompiler() {
    assertThat(get("one", "text")).containsExactly(1, 2, 1);
    assertThat(get("one", "text")).containsExactly(1, 2, 1);
    assertThat(get("one", "other text")).containsExactly(1, 2, 2);
    assertThat(get("another", "text")).containsExactly(1, 2, 3);
    assertThat(compilations).isEqualTo(3);
  }

  @Test
  void compilesAnewWhatWasCutOrChanged() throws IOException {
    get("one", "text");
    Path file = onlyFile();
    byte[] kept = Files.readAllBytes(file);
    for (int bytes : List.of(0, 5, kept.length - 1)) {
      Files.write(file, java.util.Arrays.copyOf(kept, bytes));
      int before = compilations;
      assertThat(get("one", "text")).containsExactly(1, 2, before + 1);
    }
    byte[] changed = Files.readAllBytes(file);
    changed[changed.length - 1]++;
    Files.write(file, changed);
    assertThat(get("one", "text")).containsExactly(1, 2, 5);
  }

  @Test
  void worksWhereNothingCanBeKept() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    var cache = new KernelCache(file, "one");
    assertThat(cache.get("text", compiler)).containsExactly(1, 2, 1);
    assertThat(cache.get("text", compiler)).containsExactly(1, 2, 2);
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList().getFirst();
    }
  }
}
