package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mneme.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Hugging Face folders and the safetensors files in them, good and malformed.
class HuggingFaceFolderTest {
  private static final String ONE_FLOAT =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";

  @TempDir Path folder;

  @Test
  void everyGoldenFolderOpens() {
    for (Path golden : SharedData.folders("goldens-hf")) {
      try (ModelFile file = ModelFiles.open(golden)) {
        assertThat(file.metadata().architecture())
            .isEqualTo(file.metadata().text("config.model_type"));
        assertThat(file.tensors()).isNotEmpty();
      }
    }
  }

  @Test
  void shardsAreReadAsOne() {
    try (ModelFile file = ModelFiles.open(SharedData.path("goldens-hf/llama_rope3_bf16"))) {
      Tensor table = file.tensor("model.embed_tokens.weight");
      assertThat(table.encoding()).isEqualTo(Encoding.BF16);
      assertThat(table.dims()).isEqualTo(List.of(96L, 384L));
      assertThat(file.metadata().real("config.rope_parameters.factor")).isEqualTo(8);
      assertThat(file.metadata().integers("config.eos_token_id")).containsExactly(1L, 4L);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "BAD_HEADER       | []",
        "BAD_HEADER       | {\"w\":1",
        "BAD_HEADER       | {\"w\":{},\"w\":{}}",
        "BAD_OFFSET       | {\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        "BAD_OFFSET       | {\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "BAD_OFFSET       | {\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        "BAD_TENSOR_TYPE  | {\"w\":{\"dtype\":\"F7\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "BAD_DIMS         | {\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "BAD_DIMS         | {\"w\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9],\"data_offsets\":[0,4]}}",
        "SHAPE_MISMATCH   | {\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "BAD_OFFSET       | {\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
      })
  void malformedHeadersAreRefused(Fault fault, String header) throws IOException {
    Path file = write("model.safetensors", header, 8);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOfSatisfying(
            MalformedFileException.class, e -> assertThat(e.fault()).isEqualTo(fault));
  }

  @Test
  void aHeaderLongerThanTheFileIsRefusedWithoutReadingIt() throws IOException {
    Path file = folder.resolve("model.safetensors");
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(Long.MAX_VALUE).put((byte) '{').array());
    assertThatThrownBy(() -> ModelFiles.open(file))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("9223372036854775807");
  }

  @Test
  void aShardOutsideTheFolderIsRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"w\":\"../model.safetensors\"}}");
    assertThatThrownBy(() -> ModelFiles.open(folder))
        .isInstanceOfSatisfying(
            MalformedFileException.class, e -> assertThat(e.fault()).isEqualTo(Fault.BAD_PATH));
  }

  @Test
  void aTensorThatIsInNoShardIsRefusedByName() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
    write("one.safetensors", ONE_FLOAT, 4);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"w\":\"one.safetensors\",\"gone\":\"one.safetensors\"}}");
    assertThatThrownBy(() -> ModelFiles.open(folder)).hasMessageContaining("'gone'");
  }

  @Test
  void aFolderWithoutAFamilyIsRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    assertThatThrownBy(() -> ModelFiles.open(folder)).hasMessageContaining("model_type");
  }

  private Path write(String name, String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    return Files.write(folder.resolve(name), bytes.array());
  }
}
