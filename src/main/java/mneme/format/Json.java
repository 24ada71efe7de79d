package mneme.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// JSON objects inside model files. Python writes `Infinity` and `NaN`, so these are read too; a
/// name that stands twice in an object is refused.
final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /// @throws MalformedFileException if the bytes are no JSON object
  static JsonNode object(byte[] bytes, String what) {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node == null || !node.isObject()) {
        throw new MalformedFileException(Fault.BAD_HEADER, 0, what + " is no JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new MalformedFileException(
          Fault.BAD_HEADER,
          Math.max(0, e.getLocation() == null ? 0 : e.getLocation().getByteOffset()),
          what + " is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Puts every scalar and every list of scalars of `object` under `prefix`, objects flattened with
  /// dots, as [Metadata] wants them. Nulls, and lists of anything else, are left out.
  static void flatten(String prefix, JsonNode object, Map<String, Object> into) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String key = prefix + entry.getKey();
      JsonNode value = entry.getValue();
      if (value.isObject()) {
        flatten(key + ".", value, into);
      } else if (value.isArray()) {
        list(value, key, into);
      } else if (!value.isNull()) {
        into.put(key, scalar(value));
      }
    }
  }

  private static void list(JsonNode array, String key, Map<String, Object> into) {
    List<Object> list = new ArrayList<>();
    boolean hasReals = false;
    for (JsonNode value : array) {
      if (!value.isValueNode() || value.isNull()) {
        return;
      }
      hasReals |= value.isFloatingPointNumber();
      list.add(scalar(value));
    }
    if (hasReals) {
      list.replaceAll(value -> value instanceof Long whole ? (Object) (double) whole : value);
    }
    into.put(key, List.copyOf(list));
  }

  private static Object scalar(JsonNode value) {
    if (value.isBoolean()) {
      return value.asBoolean();
    }
    if (value.isTextual()) {
      return value.asText();
    }
    return value.isIntegralNumber() && value.canConvertToLong()
        ? (Object) value.asLong()
        : (Object) value.asDouble();
  }
}
