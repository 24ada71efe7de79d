package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitGgufTest {
  private static final int U16 = 2;

  @TempDir Path folder;

  @Test
  void partsAreReadAsOne() throws IOException {
    write(first(), 1);
    write(second(), 2);
    try (ModelFile whole = ModelFiles.open(part(1))) {
      assertThat(whole.tensors()).hasSize(13);
      assertThat(Decoder.all(whole.tensor("more.weight"))).hasSize(32);
      assertThat(whole.metadata().architecture()).isEqualTo("llama");
    }
  }

  @Test
  void aMissingPartIsNamed() throws IOException {
    write(first(), 1);
    assertThatThrownBy(() -> ModelFiles.open(part(1))).hasMessageContaining("00002-of-00002.gguf");
  }

  @Test
  void aPartOfAnotherSplitIsRefused() throws IOException {
    write(first(), 1);
    write(second().key("split.count", U16, new byte[] {5, 0}), 2);
    assertThatThrownBy(() -> ModelFiles.open(part(1)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("part 2 of 5, wanted 2 of 2");
  }

  @Test
  void aTensorInTwoPartsIsRefused() throws IOException {
    write(first(), 1);
    GgufForge second = second();
    second.tensor("output.weight", 32);
    write(second, 2);
    assertThatThrownBy(() -> ModelFiles.open(part(1)))
        .isInstanceOfSatisfying(
            MalformedFileException.class,
            e -> assertThat(e.fault()).isEqualTo(Fault.DUPLICATE_TENSOR));
  }

  @Test
  void aLaterPartIsNoModelOfItsOwn() throws IOException {
    write(second(), 2);
    assertThatThrownBy(() -> ModelFiles.open(part(2))).hasMessageContaining("open the first part");
  }

  @Test
  void otherThingsThanFilesAreRefusedWithoutWaiting() throws IOException {
    Path loop = folder.resolve("loop.gguf");
    Files.createSymbolicLink(loop, loop);
    for (Path path : new Path[] {loop, Path.of("/dev/zero"), folder.resolve("absent.gguf")}) {
      assertThatThrownBy(() -> ModelFiles.open(path))
          .isInstanceOfSatisfying(
              MalformedFileException.class, e -> assertThat(e.fault()).isEqualTo(Fault.NOT_A_FILE));
    }
    assertThatThrownBy(() -> ModelFiles.open(folder)).isInstanceOf(ModelFormatException.class);
  }

  private GgufForge first() {
    return GgufForge.llama()
        .key("split.no", U16, new byte[2])
        .key("split.count", U16, new byte[] {2, 0});
  }

  private GgufForge second() {
    GgufForge forge = new GgufForge();
    forge.key("split.no", U16, new byte[] {1, 0}).key("split.count", U16, new byte[] {2, 0});
    forge.tensor("more.weight", 32);
    return forge;
  }

  private Path part(int number) {
    return folder.resolve("tiny-%05d-of-00002.gguf".formatted(number));
  }

  private void write(GgufForge forge, int number) throws IOException {
    Files.write(part(number), forge.build());
  }
}
