package mneme.model;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/// A folder of golden files made by another program: a prompt, its greedy continuation and the
/// logits after every token.
///
/// @param tokens prompt, then the continuation
/// @param logits one row for each token, but for the last of the continuation perhaps
record Golden(
    String name, Path folder, int contextTokens, int promptTokens, int[] tokens, float[][] logits) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /// A folder with `logits.bin` for the prompt and `decode.bin` for the continuation.
  static Golden read(Path folder) {
    JsonNode json = json(folder.resolve("tokens.json"));
    float[][] prompt = rows(folder.resolve("logits.bin"), json.get("n_vocab").asInt());
    float[][] decode = rows(folder.resolve("decode.bin"), json.get("n_vocab").asInt());
    return new Golden(
        folder.getFileName().toString(),
        folder,
        json.get("n_ctx").asInt(),
        prompt.length,
        IntStream.concat(ids(json.get("prompt")), ids(json.get("greedy"))).toArray(),
        IntStream.range(0, prompt.length + decode.length)
            .mapToObj(i -> i < prompt.length ? prompt[i] : decode[i - prompt.length])
            .toArray(float[][]::new));
  }

  /// The prompt alone, with the logits of the same weights decoded exactly to f32.
  Golden withExactLogits() {
    float[][] exact = rows(folder.resolve("logits_f32.bin"), logits[0].length);
    int[] prompt = Arrays.copyOf(tokens, exact.length);
    return new Golden(name, folder, contextTokens, exact.length, prompt, exact);
  }

  Golden withRows(int[] ids, float[][] rows) {
    return new Golden(name, folder, contextTokens, 0, ids, rows);
  }

  static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static IntStream ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt);
  }

  /// Little-endian f32 rows.
  static float[][] rows(Path file, int columns) {
    try {
      var floats =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[][] rows = new float[floats.remaining() / columns][columns];
      for (float[] row : rows) {
        floats.get(row);
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
