package mneme.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads what the user gives as JSON, and says plainly what is wrong with it.
final class JsonFiles {
  static final ObjectMapper JSON = new ObjectMapper();

  private JsonFiles() {}

  static JsonNode read(Path file) {
    try {
      JsonNode node = JSON.readTree(text(file));
      if (node == null || node.isMissingNode()) {
        throw new WrongInputException("'" + file + "' is empty, wanted JSON");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new WrongInputException("'" + file + "' is not JSON: " + e.getOriginalMessage());
    }
  }

  static String text(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new WrongInputException("'" + file + "' is a folder, wanted a file");
      }
      return Files.readString(file);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new WrongInputException("'" + file + "' is not UTF-8 text");
    } catch (IOException e) {
      throw new WrongInputException("cannot read '" + file + "': " + reason(e));
    }
  }

  static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.toString();
  }

  /// The ids of a JSON array of whole numbers.
  ///
  /// @param what names the array to the user
  static int[] ids(JsonNode array, String what) {
    if (!array.isArray()) {
      throw new WrongInputException(what + " is no array of token ids");
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0) {
        throw new WrongInputException(
            "%s holds %s at %d, wanted a token id".formatted(what, id, i));
      }
      ids[i] = id.asInt();
    }
    return ids;
  }
}
