package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import mneme.memory.Tokens;

/// Token ids to read, and how: the first `promptTokens` in chunks, the rest one at a time.
///
/// @param contextTokens the context the ids were made for, 0 if the file does not say
record Passage(Tokens tokens, int promptTokens, int contextTokens) {

  /// Reads `prompt`, and `greedy` and `n_ctx` where they are, from a JSON object.
  static Passage read(Path file) {
    JsonNode json = JsonFiles.read(file);
    int[] prompt = JsonFiles.ids(json.path("prompt"), "'prompt' in '" + file + "'");
    if (prompt.length == 0) {
      throw new WrongInputException("'prompt' in '" + file + "' is empty, wanted token ids");
    }
    int[] greedy =
        json.has("greedy")
            ? JsonFiles.ids(json.get("greedy"), "'greedy' in '" + file + "'")
            : new int[0];
    return new Passage(
        Tokens.of(prompt).plus(Tokens.of(greedy)), prompt.length, json.path("n_ctx").asInt(0));
  }

  /// Where the span that begins at `start` ends, prompts being cut at multiples of `chunkTokens`.
  int spanEnd(int start, int chunkTokens) {
    if (start >= promptTokens) {
      return start + 1;
    }
    long edge = (start / chunkTokens + 1L) * chunkTokens;
    return (int) Math.min(promptTokens, edge);
  }
}
