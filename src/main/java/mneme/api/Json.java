package mneme.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/// Reads JSON strictly (UTF-8 without a mark, no key twice, bounded depth and length, nothing after
/// the value) and writes it without building trees.
final class Json {
  static final int MAX_DEPTH = 256;
  private static final int MAX_NAME_CHARS = 4_096;
  private static final int MAX_TEXT_CHARS = 256 << 20;

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(MAX_NAME_CHARS)
                          .maxStringLength(MAX_TEXT_CHARS)
                          .build())
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /// @throws Refusal if `body` is empty, not UTF-8, not JSON, or not an object
  static Fields object(ByteString body) {
    if (body.isEmpty()) {
      throw Refusal.of("", "missing request body");
    }
    return parse(decode(body)) instanceof ObjectNode object ? new Fields(object, "") : refuseTop();
  }

  private static Fields refuseTop() {
    throw Refusal.of("", "the request body must be a JSON object");
  }

  private static String decode(ByteString body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(body.asByteBuffer()).toString();
    } catch (CharacterCodingException notUtf8) {
      throw Refusal.of("", "the request body is not valid UTF-8");
    }
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (MismatchedInputException trailing) {
      throw Refusal.of("", "the request body is not valid JSON: something follows the object");
    } catch (JsonProcessingException bad) {
      throw Refusal.of("", "the request body is not valid JSON: " + reason(bad));
    }
  }

  private static String reason(JsonProcessingException bad) {
    String where =
        bad.getLocation() == null
            ? ""
            : " at line %d, column %d"
                .formatted(bad.getLocation().getLineNr(), bad.getLocation().getColumnNr());
    String what = bad.getOriginalMessage();
    return (what.length() > 200 ? what.substring(0, 200) + "..." : what) + where;
  }

  /// Appends `text` as a JSON string, quotes and all.
  static StringBuilder quote(CharSequence text, StringBuilder to) {
    to.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, to);
    return to.append('"');
  }

  static String quoted(String text) {
    return quote(text, new StringBuilder(text.length() + 16)).toString();
  }

  /// What `body` writes, in UTF-8.
  static ByteString write(Writing body) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
      try (JsonGenerator out = MAPPER.getFactory().createGenerator(bytes)) {
        body.to(out);
      }
      return ByteString.fromArrayUnsafe(bytes.toByteArray());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /// `value` (maps, lists, texts, numbers) as JSON.
  static String text(@Nullable Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /// Writes one JSON value.
  interface Writing {
    void to(JsonGenerator out) throws IOException;
  }
}
