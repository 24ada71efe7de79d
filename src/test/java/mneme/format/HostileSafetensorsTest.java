package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Safetensors files made to break readers.
class HostileSafetensorsTest {
  private static final String VALID =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
          + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[24,24]},"
          + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]}}";

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("model.safetensors");
  }

  @Test
  void theValidFileIsRead() throws IOException {
    Files.write(path, file(VALID, 32));
    try (ModelFile file = ModelFiles.open(path)) {
      assertThat(file.tensor("a").dims()).isEqualTo(List.of(3L, 2L));
      assertThat(Decoder.all(file.tensor("b"))).hasSize(4);
    }
  }

  @Test
  void headersThatLieAboutTheirLengthAreRefused() throws IOException {
    refused(new byte[0], Fault.TRUNCATED);
    refused(new byte[7], Fault.TRUNCATED);
    refused(length(0), Fault.BAD_HEADER);
    refused(length(Long.MIN_VALUE), Fault.BAD_HEADER);
    refused(length(200_000_000), Fault.BAD_HEADER);
    refused(length(500), Fault.BAD_HEADER);
  }

  @Test
  void headersThatAreNoJsonAreRefused() throws IOException {
    refused(file(" []", 0), Fault.BAD_HEADER);
    refused(file("{\"a\":\u00e9}", 0), Fault.BAD_HEADER);
    byte[] latin = file("{\"a?\":{}}", 0);
    latin[8 + 3] = (byte) 0xff;
    refused(latin, Fault.BAD_HEADER);
    refused(file("{\"a\":".repeat(5000) + "1" + "}".repeat(5000), 0), Fault.BAD_HEADER);
  }

  @Test
  void everyByteOfTheDataBelongsToOneTensor() throws IOException {
    refused(file(VALID, 40), Fault.BAD_OFFSET);
    refused(file(VALID, 31), Fault.BAD_OFFSET);
    refused(file(VALID.replace("[24,32]", "[28,36]"), 36), Fault.BAD_OFFSET);
    refused(file(VALID.replace("[24,32]", "[20,28]"), 32), Fault.BAD_OFFSET);
  }

  @Test
  void shapesThatOverflowAreRefused() throws IOException {
    String huge = "[4194305,4194305,211106198978564]";
    refused(
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":" + huge + ",\"data_offsets\":[0,16]}}", 16),
        Fault.SHAPE_MISMATCH,
        Fault.BAD_DIMS);
  }

  @Test
  void flippedAndCutFilesAreReadOrRefused() throws IOException {
    byte[] valid = file(VALID, 32);
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] broken =
          Arrays.copyOf(valid, i % 3 == 0 ? random.nextInt(valid.length) : valid.length);
      for (int flips = random.nextInt(4); flips > 0 && broken.length > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      Files.write(path, broken);
      try (ModelFile file = Safetensors.open(path)) {
        assertThat(file.tensors()).isNotNull();
      } catch (ModelFormatException refusal) {
        assertThat(refusal.getMessage()).isNotEmpty();
      }
    }
  }

  private void refused(byte[] bytes, Fault... faults) throws IOException {
    Files.write(path, bytes);
    MalformedFileException refusal =
        catchThrowableOfType(MalformedFileException.class, () -> Safetensors.open(path));
    assertThat(refusal).isNotNull();
    assertThat(refusal.fault()).as(refusal.getMessage()).isIn((Object[]) faults);
  }

  private static byte[] length(long bytes) {
    return ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes).array();
  }

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }
}
